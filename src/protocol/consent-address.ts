/**
 * Where a client that nobody vouches for is sent what a user allows it: part of each item of its consents, so that for another
 * address each thing is another question. `to <address> <item>`: no scope holds a space, and no identifier of an API is a bare word.
 */
export function itemsAt(redirectUri: string, items: readonly string[]): string[] {
  return items.map(item => `${prefixOf(redirectUri)}${item}`)
}

/** Whether anything may be sent there. */
export function goesTo(redirectUri: string, items: readonly string[]): boolean {
  return items.some(item => item.startsWith(prefixOf(redirectUri)))
}

/** Undefined for an item of a client that somebody vouches for. */
export function addressOfItem(item: string): string | undefined {
  return pattern.exec(item)?.[1]
}

export function withoutAddress(item: string): string {
  return item.replace(pattern, '')
}

const pattern = /^to (\S+) /
const prefixOf = (redirectUri: string): string => `to ${addressOf(redirectUri)} `
const loopback = ['127.0.0.1', '[::1]']

/**
 * Scheme and host, which is what the page names; of the loopback address without the port, which differs each time (RFC 8252
 * §7.3); of an app its scheme.
 */
function addressOf(redirectUri: string): string {
  const { protocol, hostname, host } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  return `${protocol}//${loopback.includes(hostname) ? hostname : host}`
}
