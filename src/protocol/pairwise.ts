/** Pairwise subjects (OpenID Connect Core §8): whose clients may know a user by the same `sub`. */

export const pairwisePrefix = 'pws_'

export interface SectorSource {
  id: string
  redirectUris: readonly string[]
  profile: { sectorIdentifier?: string }
}

/**
 * The registered sector, or the one host of the redirect URIs (§8.1). A client without such a host is a sector of its own:
 * the loopback address and a private scheme are no one's, and all apps on a device would share them. No host has a colon
 * in it.
 */
export function sectorOf({ id, redirectUris, profile }: SectorSource): string {
  if (profile.sectorIdentifier !== undefined) return profile.sectorIdentifier
  const hosts = new Set(redirectUris.map(hostOf))
  const [host] = hosts
  return hosts.size === 1 && host !== undefined ? host : `client:${id}`
}

const loopbackHosts = ['127.0.0.1', '[::1]', 'localhost']

function hostOf(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined
  const { protocol, hostname } = new URL(uri)
  return protocol === 'https:' && !loopbackHosts.includes(hostname) ? hostname : undefined
}
