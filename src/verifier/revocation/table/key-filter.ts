/**
 * Whether a key may be in a table, told by bits of one word in a place that stays near the processor: most tokens are not revoked,
 * and a look into a table waits for memory several times, which takes as long as a tenth of a signature's check. One filter for the
 * tables of all kinds, so that none of it is idle, whichever kinds there are; a wrong guess, one in a hundred at a million keys, costs a look.
 */
export interface KeyFilter {
  mayHave(hash: number): boolean
  note(hash: number): void
  /** Forgets what was noted of one segment. */
  clear(segment: number): void
}

const segmentCount = 256
/** Two megabytes in all: two bytes of the 32 that each of a million may take. */
const wordsPerSegment = 2048

export function createKeyFilter(): KeyFilter {
  const words = new Int32Array(segmentCount * wordsPerSegment)

  return {
    mayHave: hash => (~words[placeOf(hash)]! & bitsOf(hash)) === 0,
    note(hash) { words[placeOf(hash)]! |= bitsOf(hash) },
    clear(segment) { words.fill(0, segment * wordsPerSegment, (segment + 1) * wordsPerSegment) }
  }
}

/** The lowest byte of a hash is its segment; the bits above it are looked at here. */
function placeOf(hash: number): number {
  return (hash & 0xff) * wordsPerSegment + (hash >>> 8 & wordsPerSegment - 1)
}

/**
 * Three bits of the 32, so that few of the keys that are not there find all of theirs taken (Bloom, 1970). Of the hash's 13 bits
 * that are left, two count twice.
 */
function bitsOf(hash: number): number {
  return 1 << (hash >>> 19 & 31) | 1 << (hash >>> 24 & 31) | 1 << (hash >>> 27)
}
