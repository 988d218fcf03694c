/** The 12 bytes under which a value stands in the feed, as three words: cheap to compare, and nothing to allocate. */
export interface RevocationKey {
  a: number
  b: number
  c: number
}

/** The words at a place of a record or of an identifier's bytes. */
export function readKey(bytes: Uint8Array, at: number): RevocationKey {
  return takeKey(emptyKey(), bytes, at)
}

export function emptyKey(): RevocationKey {
  return { a: 0, b: 0, c: 0 }
}

/** Makes it the one at that place. */
export function takeKey(key: RevocationKey, bytes: Uint8Array, at: number): RevocationKey {
  key.a = readWord(bytes, at)
  key.b = readWord(bytes, at + 4)
  key.c = readWord(bytes, at + 8)
  return key
}

export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!
}
