/**
 * The one spelling of a JWS in compact form that is read at all (RFC 8725bis §3.14): three parts in the base64url alphabet,
 * none with bits left over. Whatever is kept by the token's text could otherwise be dodged by spelling it anew.
 */
export interface CompactToken {
  token: string
  /** Of its characters. */
  headerLength: number
  /** How many characters were signed: header, full stop and payload. */
  signedLength: number
}

const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** The last characters that leave no bit over, by the number of characters in the last group of four. */
const lastCharacters: ReadonlyArray<string | undefined> = [undefined, undefined, 'AQgw', 'AEIMQUYcgkosw048']

/** Undefined for anything else, and for what is longer; costs next to nothing before the length is known to be right. */
export function splitCompactToken(token: string, maxLength: number): CompactToken | undefined {
  if (token.length > maxLength || !compact.test(token)) return undefined
  const headerLength = token.indexOf('.')
  const signedLength = token.lastIndexOf('.')
  const isCanonical = endsCanonically(token, 0, headerLength) && endsCanonically(token, headerLength + 1, signedLength) &&
    endsCanonically(token, signedLength + 1, token.length)
  if (!isCanonical) return undefined
  return { token, headerLength, signedLength }
}

/** Whether a text is the one base64url spelling of some bytes (RFC 4648 §3.5, §5). */
export function isCanonicalBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(text) && endsCanonically(text, 0, text.length)
}

function endsCanonically(text: string, start: number, end: number): boolean {
  const rest = (end - start) % 4
  return rest === 0 || lastCharacters[rest]?.includes(text.charAt(end - 1)) === true
}
