/**
 * Where an authorization response may be sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1): an https
 * address, an http one on this very machine, or an app's private scheme. What is registered is later compared
 * character by character.
 */

const loopbackHosts = ['127.0.0.1', '[::1]', 'localhost']

/**
 * A private scheme is a domain in reverse, such as `com.example.app` (RFC 8252 §7.1): so it always has a dot.
 */
const privateScheme = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/

/** Visible ASCII without what a browser would rewrite or a header would break on. */
const plainText = /^[\x21\x23-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E]+$/

/**
 * Why a redirect URI cannot be registered; undefined when it can. The sentence completes "… is refused: it".
 */
export function findRedirectUriFault(text: string): string | undefined {
  if (text.length > 2000) return 'is longer than 2000 characters'
  if (!plainText.test(text) || !URL.canParse(text)) return 'is not an absolute URI'
  const uri = new URL(text)
  if (text.includes('#')) return 'has a fragment'
  if (uri.username !== '' || uri.password !== '') return 'carries a user name'
  if (uri.protocol === 'https:') return hasWholeAuthority(text) ? undefined : 'is not an absolute URI'
  if (uri.protocol === 'http:') {
    return hasWholeAuthority(text) && loopbackHosts.includes(uri.hostname)
      ? undefined
      : 'is http on another host than 127.0.0.1, [::1] or localhost'
  }
  if (privateScheme.test(uri.protocol)) return undefined
  return 'has a scheme other than https or a private one such as com.example.app'
}

/** `https:host` and `https:/host` are read as `https://host` by browsers, but are other strings. */
function hasWholeAuthority(text: string): boolean {
  return /^https?:\/\/[^/\\?]/i.test(text)
}
