import { sha256 } from './sha256.ts'

/**
 * By what the feed names a value: 96 bits that a verifier computes from its token, and from which nobody reads an address or
 * a name. Random bits of our own identifiers are taken as they are; everything else is digested
 * (docs/revocation-feed.md).
 */

export const keyBytes = 12

/** Kinds of target and their codes on the wire; a verifier skips a code that it does not know. */
export const kindCodes: Readonly<Record<string, number>> = Object.freeze({
  token: 1, grant: 2, session: 3, user: 4, client: 5, key: 6, issuer: 7
})

/** What comes before the characters that carry random bits; `c.…` ids of tokens without a grant begin otherwise. */
const shapes: Readonly<Record<string, RegExp>> = {
  token: /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{12})$/,
  grant: /^([A-Za-z0-9_-]{22})$/,
  session: /^([A-Za-z0-9_-]{22})$/,
  user: /^(?:usr_|pws_)([A-Za-z0-9_-]{22})$/,
  key: /^([A-Za-z0-9_-]{43})$/
}

/** The key of a value of a kind: 12 bytes. */
export function keyOfValue(kind: string, value: string): Buffer {
  if (kind === 'issuer') return Buffer.alloc(keyBytes)
  const match = shapes[kind]?.exec(value)
  if (!match) return sha256(value).subarray(0, keyBytes)
  const bits = Buffer.concat(match.slice(1).map(part => Buffer.from(part, 'base64url')))
  return bits.subarray(bits.length - keyBytes)
}
