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

/** A signature at the end; sticky, so that what stands before is not looked through. */
const lastPart = /[A-Za-z0-9_-]+$/y

/**
 * Takes apart what may be a token, and looks at the spelling of its signature alone: header and payload are signed as they are
 * spelled, so that no other spelling passes. To be followed by `isCompactToken` where one of them has not been signed.
 */
export function cutCompactToken(token: string, maxLength: number): CompactToken | undefined {
  if (token.length > maxLength) return undefined
  const headerLength = token.indexOf('.')
  const signedLength = token.indexOf('.', headerLength + 1)
  if (headerLength < 1 || signedLength < headerLength + 2) return undefined
  lastPart.lastIndex = signedLength + 1
  return lastPart.test(token) && endsCanonically(token, signedLength + 1, token.length)
    ? { token, headerLength, signedLength }
    : undefined
}

/** Undefined for anything else, and for what is longer; costs next to nothing before the length is known to be right. */
export function splitCompactToken(token: string, maxLength: number): CompactToken | undefined {
  const cut = cutCompactToken(token, maxLength)
  return cut !== undefined && isCompactToken(cut) ? cut : undefined
}

/** Whether header and payload, too, are in their one spelling. */
export function isCompactToken({ token, headerLength, signedLength }: CompactToken): boolean {
  return compact.test(token) && endsCanonically(token, 0, headerLength) && endsCanonically(token, headerLength + 1, signedLength)
}

/** Whether a text is the one base64url spelling of some bytes (RFC 4648 §3.5, §5). */
export function isCanonicalBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(text) && endsCanonically(text, 0, text.length)
}

function endsCanonically(text: string, start: number, end: number): boolean {
  const rest = (end - start) % 4
  return rest === 0 || lastCharacters[rest]?.includes(text.charAt(end - 1)) === true
}
