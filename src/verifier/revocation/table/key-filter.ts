/**
 * Whether a key may be in a segment, told by bits of one word in a place that stays near the processor: most tokens are not revoked,
 * and each look into the table itself waits for memory several times. 256 words a segment; a wrong guess costs a look.
 */
export interface KeyFilter {
  mayHave(hash: number): boolean
  note(hash: number): void
  /** Forgets what was noted of one segment. */
  clear(segment: number): void
}

const wordsPerSegment = 256
const segmentCount = 256

/** The lowest byte of a hash is its segment; the bits above it are looked at here. */
export function createKeyFilter(): KeyFilter {
  // Most kinds have no entries, and spend nothing on them.
  let words: Int32Array | undefined

  const placeOf = (hash: number): number => (hash & 0xff) * wordsPerSegment + (hash >>> 8 & wordsPerSegment - 1)
  // Three bits of the 32, so that few of the keys that are not there find all of theirs taken (Bloom, 1970).
  const bitsOf = (hash: number): number => 1 << (hash >>> 16 & 31) | 1 << (hash >>> 21 & 31) | 1 << (hash >>> 26 & 31)

  return {
    mayHave: hash => words !== undefined && (~words[placeOf(hash)]! & bitsOf(hash)) === 0,
    note(hash) {
      words ??= new Int32Array(segmentCount * wordsPerSegment)
      words[placeOf(hash)]! |= bitsOf(hash)
    },
    clear: segment => void words?.fill(0, segment * wordsPerSegment, (segment + 1) * wordsPerSegment)
  }
}
