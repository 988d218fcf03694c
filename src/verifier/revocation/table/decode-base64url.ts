const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** By the character's code; 255 for what is not of the alphabet. */
const values = new Uint8Array(128).fill(255)
for (const [value, character] of [...alphabet].entries()) values[character.charCodeAt(0)] = value

/**
 * The bytes that base64url without padding stands for, or undefined where it holds another character. Bits left over at the
 * end are ignored: whether a text is the one spelling of its bytes is a question for whoever accepted it.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length * 6 >> 3)
  let bits = 0
  let held = 0
  let at = 0
  for (let place = 0; place < text.length; place++) {
    const value = values[text.charCodeAt(place)] ?? 255
    if (value === 255) return undefined
    held = held << 6 | value
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
    held &= (1 << bits) - 1
  }
  return bytes
}

/** Whether these characters are of the alphabet. For so few of them a regular expression takes longer. */
export function isBase64url(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!(valueAt(text, at) < 64)) return false
  return true
}

/**
 * 32 bits out of what base64url stands for, which is known to be of the alphabet: nothing is allocated.
 *
 * @param at the character that has the first of them
 * @param skipped how many of this character's bits come before: 0, 2 or 4
 */
export function readWordOfText(text: string, at: number, skipped: number): number {
  return valueAt(text, at) << 26 + skipped | valueAt(text, at + 1) << 20 + skipped | valueAt(text, at + 2) << 14 + skipped |
    valueAt(text, at + 3) << 8 + skipped | valueAt(text, at + 4) << 2 + skipped | valueAt(text, at + 5) >> 4 - skipped
}

/** Undefined, or 255, for what is not of the alphabet. */
function valueAt(text: string, at: number): number {
  return values[text.charCodeAt(at)]!
}
