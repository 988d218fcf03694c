import { keyBytes, keyOfValue, kindCodes } from './revocation-key.ts'

/** An entry of the journal as the feed carries it: 23 bytes, without an address, a name or a token. */

export const recordBytes = 1 + keyBytes + 6 + 4

export interface Recordable {
  target: string
  value: string
  cutoff: number | undefined
  /** Milliseconds since 1970. */
  endsAt: number
}

const lastSecond = 0xffff_ffff

/** Writes the record at an offset and returns where the next one goes. */
export function writeRecord(into: Buffer, offset: number, { target, value, cutoff, endsAt }: Recordable): number {
  const afterKind = into.writeUInt8(kindCodes[target]!, offset)
  const afterKey = afterKind + keyOfValue(target, value).copy(into, afterKind)
  const afterCutoff = into.writeUIntBE(cutoff ?? 0, afterKey, 6)
  // Up, never down: an entry that ends too early forgets a token that is still alive.
  return into.writeUInt32BE(Math.min(lastSecond, Math.ceil(endsAt / 1000)), afterCutoff)
}

/** The records of entries, one behind the other. */
export function encodeRecords(entries: readonly Recordable[]): Buffer {
  const records = Buffer.alloc(entries.length * recordBytes)
  entries.reduce((offset, entry) => writeRecord(records, offset, entry), 0)
  return records
}
