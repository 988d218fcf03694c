/**
 * Where an authorization response may be sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1), and the other addresses that
 * a client registers. A web application has https addresses, or http ones on this very machine; a native one may have
 * a private scheme beside them. What is registered is later compared character by character.
 */

const loopbackHosts = ['127.0.0.1', '[::1]', 'localhost']

/**
 * A private scheme is a domain in reverse, such as `com.example.app` (RFC 8252 §7.1): so it always has a dot.
 */
const privateScheme = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

/** What is appended to it: a client that finds one of them twice may take the wrong one. */
const responseParameters = ['code', 'state', 'iss', 'error', 'error_description']

/** Visible ASCII without what a browser would rewrite or a header would break on. */
const plainText = /^[\x21\x23-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E]+$/

/**
 * Why a redirect URI cannot be registered; undefined when it can. The sentence completes "… is refused: it".
 */
export function findRedirectUriFault(text: string, applicationType?: 'native'): string | undefined {
  const fault = findUriFault(text)
  if (fault !== undefined) return fault
  const uri = new URL(text)
  if (responseParameters.some(name => uri.searchParams.has(name))) return 'has a parameter in its query that the answer brings'
  if (uri.protocol === 'https:') return undefined
  if (uri.protocol === 'http:') {
    return loopbackHosts.includes(uri.hostname)
      ? undefined
      : 'is http on another host than 127.0.0.1, [::1] or localhost'
  }
  if (!privateScheme.test(uri.protocol)) return 'has a scheme other than https or a private one such as com.example.app'
  return applicationType === 'native' ? undefined : 'has a private scheme, which only a native application may have'
}

/**
 * Why a logout token cannot be sent to an address (Back-Channel Logout 1.0 §2.2): it travels in clear only where no
 * stranger listens.
 */
export function findBackchannelUriFault(text: string): string | undefined {
  const fault = findUriFault(text)
  if (fault !== undefined) return fault
  const { protocol, hostname } = new URL(text)
  if (protocol === 'https:' || (protocol === 'http:' && isPrivateHost(hostname))) return undefined
  return protocol === 'http:' ? 'is http on a host that is not private' : 'is not an https URL'
}

export function isHttpsUrl(text: string): boolean {
  return findUriFault(text) === undefined && new URL(text).protocol === 'https:'
}

/** What is wrong with a URI of any scheme. */
function findUriFault(text: string): string | undefined {
  if (text.length > 2000) return 'is longer than 2000 characters'
  if (!plainText.test(text) || !URL.canParse(text)) return 'is not an absolute URI'
  const uri = new URL(text)
  if (text.includes('#')) return 'has a fragment'
  if (uri.username !== '' || uri.password !== '') return 'carries a user name'
  return /^https?:$/.test(uri.protocol) && !hasWholeAuthority(text) ? 'is not an absolute URI' : undefined
}

/** `https:host` and `https:/host` are read as `https://host` by browsers, but are other strings. */
function hasWholeAuthority(text: string): boolean {
  return /^https?:\/\/[^/\\?]/i.test(text)
}

const privateAddress =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)\d+\.\d+(\.\d+)?$|^\[(::1|f[cd][0-9a-f]{2}:.*)\]$/

/** An address that no router of the internet knows, or a name that no name server of the internet does. */
function isPrivateHost(hostname: string): boolean {
  return privateAddress.test(hostname) || (!hostname.includes('.') && !hostname.startsWith('[')) ||
    /\.(internal|local|localhost|test)$/.test(hostname)
}
