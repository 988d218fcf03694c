/**
 * Whether a key may be in a segment, told by bits of one word in a place that stays near the processor: most tokens are not revoked,
 * and each look into the table itself waits for memory several times. 256 words a segment; a wrong guess costs a look.
 */
export interface KeyFilter {
  note(hash: number): void
  /** Forgets what was noted of one segment. */
  clear(segment: number): void
}

/** Those of all kinds, one behind the other, so that a look follows no chain of objects. */
export interface KeyFilters {
  mayHave(kind: number, hash: number): boolean
  of(kind: number): KeyFilter
}

const wordsPerSegment = 256
const segmentCount = 256
const wordsPerKind = segmentCount * wordsPerSegment

export function createKeyFilters(kinds: number): KeyFilters {
  // Most kinds have no entries, and spend nothing on them: no memory is taken before it is written to.
  const words = new Int32Array(kinds * wordsPerKind)
  const used = Array.from({ length: kinds }, () => false)

  return {
    mayHave: (kind, hash) => used[kind]! && (~words[kind * wordsPerKind + placeOf(hash)]! & bitsOf(hash)) === 0,
    of(kind) {
      const start = kind * wordsPerKind
      return {
        note(hash) {
          used[kind] = true
          words[start + placeOf(hash)]! |= bitsOf(hash)
        },
        clear(segment) {
          if (used[kind]!) words.fill(0, start + segment * wordsPerSegment, start + (segment + 1) * wordsPerSegment)
        }
      }
    }
  }
}

/** The lowest byte of a hash is its segment; the bits above it are looked at here. */
function placeOf(hash: number): number {
  return (hash & 0xff) * wordsPerSegment + (hash >>> 8 & wordsPerSegment - 1)
}

/** Three bits of the 32, so that few of the keys that are not there find all of theirs taken (Bloom, 1970). */
function bitsOf(hash: number): number {
  return 1 << (hash >>> 16 & 31) | 1 << (hash >>> 21 & 31) | 1 << (hash >>> 26 & 31)
}
