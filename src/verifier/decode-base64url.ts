/** Of a character that is none of the alphabet. */
const flaw = 128

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** By the character's code; for what is not of the alphabet a bit that neither a value nor a code below 128 has. */
const values = new Uint8Array(128).fill(flaw)
for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value

/**
 * The bytes that base64url without padding stands for, or undefined where it stands for none. Bits left over at the
 * end are ignored: whether a text is the one spelling of its bytes is a question for whoever accepted it.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(text.length * 6 >> 3)
  return decodeInto(bytes, text, 0) ? bytes : undefined
}

/** Fills the bytes with what stands from this character on; false where one is not of the alphabet. Allocates nothing. */
export function decodeInto(bytes: Uint8Array, text: string, start: number): boolean {
  let place = start
  let bits = 0
  let held = 0
  // Whatever any of them has: to ask once, at the end, is quicker than at each.
  let seen = 0
  for (let at = 0; at < bytes.length; place++) {
    const code = text.charCodeAt(place)
    const value = values[code & 127]!
    seen |= code | value
    // What overflows at the top has been written already.
    held = held << 6 | value
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
  }
  return seen < flaw
}
