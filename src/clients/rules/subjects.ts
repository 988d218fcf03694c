import type { ClientRule } from './index.ts'

const hostPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** Whom a user is known to under one `sub` must be plain: one host, or one that is named (OpenID Connect Core §8.1). */
export const subjects: ClientRule = ({ profile: { subjectType, sectorIdentifier }, redirectUris }) => {
  if (subjectType === undefined) {
    return sectorIdentifier === undefined
      ? undefined
      : { reason: 'clients/idle-sector', sentence: 'A sector identifier is of use to clients with pairwise subjects alone.' }
  }
  if (sectorIdentifier !== undefined) {
    return sectorIdentifier.length <= 253 && hostPattern.test(sectorIdentifier)
      ? undefined
      : { reason: 'clients/sector', sentence: 'A sector identifier is a host name in lower case, such as app.example.com.' }
  }
  const hosts = new Set(redirectUris.map(hostOf))
  return hosts.size <= 1
    ? undefined
    : { reason: 'clients/no-sector', sentence: 'With redirect URIs on several hosts, pairwise subjects need a sector identifier.' }
}

/** The loopback address and an app's scheme are nobody's. */
function hostOf(uri: string): string | undefined {
  return URL.canParse(uri) && new URL(uri).protocol === 'https:' ? new URL(uri).hostname : undefined
}
