/** The 12 bytes under which a value stands in the feed, as three words: cheap to compare, and nothing to allocate. */
export interface RevocationKey {
  a: number
  b: number
  c: number
}

/** The words at a place of a record or of an identifier's bytes. */
export function readKey(bytes: Uint8Array, at: number): RevocationKey {
  return { a: readWord(bytes, at), b: readWord(bytes, at + 4), c: readWord(bytes, at + 8) }
}

export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!
}
