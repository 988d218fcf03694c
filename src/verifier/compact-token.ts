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

/**
 * Where the parts of what may be a token end; nothing of their spelling. `OpenKey.verify` answers for that, and `isCompactToken`
 * has to where nothing has been verified.
 */
export function cutCompactToken(token: string, maxLength: number): CompactToken | undefined {
  if (token.length > maxLength) return undefined
  const headerLength = token.indexOf('.')
  const signedLength = token.indexOf('.', headerLength + 1)
  return headerLength < 1 || signedLength < headerLength + 2 ? undefined : { token, headerLength, signedLength }
}

/** Undefined for anything else, and for what is longer; costs next to nothing before the length is known to be right. */
export function splitCompactToken(token: string, maxLength: number): CompactToken | undefined {
  const cut = cutCompactToken(token, maxLength)
  return cut !== undefined && isCompactToken(cut) ? cut : undefined
}

/** Whether each of the parts is in its one spelling. */
export function isCompactToken({ token, headerLength, signedLength }: CompactToken): boolean {
  return compact.test(token) && endsCanonically(token, 0, headerLength) &&
    endsCanonically(token, headerLength + 1, signedLength) && endsCanonically(token, signedLength + 1, token.length)
}

/** Whether a text is the one base64url spelling of some bytes (RFC 4648 §3.5, §5). */
export function isCanonicalBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(text) && endsCanonically(text, 0, text.length)
}

/** Whether what stands between has a length that base64url can have, and no bits left over (RFC 4648 §3.5). */
export function endsCanonically(text: string, start: number, end: number): boolean {
  const rest = (end - start) % 4
  return rest === 0 || lastCharacters[rest]?.includes(text.charAt(end - 1)) === true
}
