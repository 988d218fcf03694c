import { pointHashBytes } from './revocation-point.ts'
import { recordBytes } from './revocation-record.ts'

/** What stands before the records of a snapshot: what this is, and the point and the number of entries it stands for. */

export const snapshotType = 'application/vnd.countersign.revocations'
export const snapshotHeaderBytes = 32

const magic = 'CSRV'
const version = 1

export function encodeSnapshotHeader({ seq, hash }: { seq: number; hash: Buffer }, count: number): Buffer {
  const header = Buffer.alloc(snapshotHeaderBytes)
  header.write(magic, 0, 'latin1')
  header.writeUInt8(version, 4)
  header.writeUInt8(recordBytes, 5)
  header.writeBigUInt64BE(BigInt(seq), 8)
  hash.copy(header, 16, 0, pointHashBytes)
  header.writeUInt32BE(count, 28)
  return header
}
