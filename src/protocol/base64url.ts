/** The last characters that leave no bit over, by the number of characters in the last group of four. */
const lastCharacters: Record<number, string | undefined> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' }

/**
 * Whether a text of the base64url alphabet is the one spelling of its bytes: no lone character at the end, no bits left
 * over (RFC 4648 §3.5). As good as decoding and encoding again, without doing it.
 */
export function isCanonicalBase64url(text: string): boolean {
  const rest = text.length % 4
  return rest === 0 || lastCharacters[rest]?.includes(text.at(-1)!) === true
}
