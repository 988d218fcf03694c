import type { Platform } from '../../platform.ts'
import { entrySize } from '../table/revocation-table.ts'

/** What stands before the entries of a snapshot. */
export interface SnapshotHeader {
  seq: number
  point: string
  /** How many entries follow. */
  count: number
}

export const snapshotHeaderSize = 32

/** More than that is no list of ours, and would not fit either. */
const maxEntries = 20_000_000

export function decodeSnapshotHeader(bytes: Uint8Array, { encodeBase64url }: Pick<Platform, 'encodeBase64url'>): SnapshotHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, snapshotHeaderSize)
  const isKnown = String.fromCharCode(...bytes.subarray(0, 4)) === 'CSRV' && bytes[4] === 1 && bytes[5] === entrySize
  if (!isKnown) throw new Error('the snapshot is of a version that this verifier does not know')
  const count = view.getUint32(28)
  if (count > maxEntries) throw new Error(`the snapshot has ${count} entries, more than a verifier holds`)
  const seq = Number(view.getBigUint64(8))
  return { seq, point: `${seq}.${encodeBase64url(bytes.subarray(16, 28))}`, count }
}
