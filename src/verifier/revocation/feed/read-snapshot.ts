import type { VerifierClock } from '../../options.ts'
import type { Platform } from '../../platform.ts'
import { entrySize, type RevocationTable } from '../table/revocation-table.ts'
import type { RevocationView } from '../table/revocation-view.ts'
import { decodeSnapshotHeader, snapshotHeaderSize, type SnapshotHeader } from './snapshot-header.ts'

export interface SnapshotReading {
  table: RevocationTable
  clock: Pick<VerifierClock, 'monotonic'>
  platform: Pick<Platform, 'encodeBase64url'>
}

/** Milliseconds of work after which others get their turn. */
const slice = 8

/**
 * Fills a new table from a snapshot as it arrives, and never holds the event loop for long. Throws where the body is not
 * whole, or not what this version can read: nothing of it may be used then.
 */
export async function readSnapshot(body: AsyncIterable<Uint8Array>, into: SnapshotReading): Promise<RevocationView> {
  const { table, clock } = into
  const take = createTaker(into)
  let sliceEnds = clock.monotonic() + slice
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += chunkSize) {
      take.chunk(chunk.subarray(at, at + chunkSize))
      if (clock.monotonic() < sliceEnds) continue
      await new Promise(resolve => { setTimeout(resolve, 0) })
      sliceEnds = clock.monotonic() + slice
    }
  }
  const { seq, point } = take.end()
  return { table, seq, point, confirmedAt: -Infinity, learnedAt: clock.monotonic() }
}

/** So many bytes take a millisecond or two. */
const chunkSize = 65_536

/** Takes a body apart wherever its chunks are cut. */
function createTaker({ table, platform }: SnapshotReading): { chunk(bytes: Uint8Array): void; end(): SnapshotHeader } {
  let header: SnapshotHeader | undefined
  let taken = 0
  let rest: Uint8Array = new Uint8Array(0)

  function takeHeader(bytes: Uint8Array): number {
    if (header !== undefined || bytes.length < snapshotHeaderSize) return 0
    header = decodeSnapshotHeader(bytes, platform)
    return snapshotHeaderSize
  }

  return {
    chunk(chunk) {
      const bytes = join(rest, chunk)
      let at = takeHeader(bytes)
      if (header !== undefined) {
        for (; at + entrySize <= bytes.length; at += entrySize, taken++) table.add(bytes, at)
        if (taken > header.count) throw new Error('the snapshot is longer than it says')
      }
      rest = bytes.slice(at)
    },
    end() {
      if (header === undefined || taken !== header.count || rest.length > 0) {
        throw new Error('the snapshot has not arrived whole')
      }
      return header
    }
  }
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const joined = new Uint8Array(one.length + other.length)
  joined.set(one)
  joined.set(other, one.length)
  return joined
}
