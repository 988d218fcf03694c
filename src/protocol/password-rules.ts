/**
 * What a new password must be (NIST SP 800-63B §5.1.1.2: length and nothing else). Counted in code points of
 * the form that is hashed, so that a letter counts the same however a keyboard composes it.
 */

const minLength = 8
const maxLength = 256

/** `malformed`: not text, since a lone surrogate would be hashed like any other. */
export type PasswordVerdict = 'ok' | 'too-short' | 'too-long' | 'malformed'

export function checkNewPassword(password: string): PasswordVerdict {
  if (!isWellFormed(password)) return 'malformed'
  const length = Array.from(normalPassword(password)).length
  if (length < minLength) return 'too-short'
  return length > maxLength ? 'too-long' : 'ok'
}

/** The form that is hashed: canonically composed, nothing folded and nothing cut off. */
export function normalPassword(password: string): string {
  return password.normalize('NFC')
}

export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
