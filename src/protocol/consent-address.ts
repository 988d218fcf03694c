/**
 * Where a client that nobody vouches for is sent what a user allows it: an item of the consent like its scopes, so that
 * another address needs another consent. Its scheme and host, which is what the page names; of the loopback address without
 * the port, which differs each time (RFC 8252 §7.3); of an app its scheme. No scope holds a space, and no identifier of an API
 * is a bare word.
 */
export function addressItem(redirectUri: string): string {
  const { protocol, hostname, host } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return `${addressPrefix}${protocol}`
  return `${addressPrefix}${protocol}//${loopback.includes(hostname) ? hostname : host}`
}

/** Undefined for an item that is none. */
export function addressOfItem(item: string): string | undefined {
  return item.startsWith(addressPrefix) ? item.slice(addressPrefix.length) : undefined
}

const addressPrefix = 'to '
const loopback = ['127.0.0.1', '[::1]']
