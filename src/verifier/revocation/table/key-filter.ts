/**
 * Whether a key may be in a segment, told by one bit in a place that stays in the processor's cache: most tokens are not revoked,
 * and each look into the table itself waits for memory several times. 8192 bits a segment; a wrong guess costs a look.
 */
export interface KeyFilter {
  mayHave(hash: number): boolean
  note(hash: number): void
  /** Forgets what was noted of one segment. */
  clear(segment: number): void
}

const bytesPerSegment = 1024
const segmentCount = 256

/** The lowest byte of a hash is its segment; the bits above it are looked at here. */
export function createKeyFilter(): KeyFilter {
  // Most kinds have no entries, and spend nothing on them.
  let bits: Uint8Array | undefined

  const placeOf = (hash: number): number => (hash & 0xff) * bytesPerSegment + (hash >>> 11 & bytesPerSegment - 1)
  const bitOf = (hash: number): number => 1 << (hash >>> 8 & 7)

  return {
    mayHave: hash => bits !== undefined && (bits[placeOf(hash)]! & bitOf(hash)) !== 0,
    note(hash) {
      bits ??= new Uint8Array(segmentCount * bytesPerSegment)
      bits[placeOf(hash)]! |= bitOf(hash)
    },
    clear: segment => void bits?.fill(0, segment * bytesPerSegment, (segment + 1) * bytesPerSegment)
  }
}
