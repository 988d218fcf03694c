import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../../ports/clock.ts'
import { unavailable } from '../../protocol/errors.ts'
import { renderPoint } from '../../protocol/revocation-point.ts'
import { recordBytes, writeRecord } from '../../protocol/revocation-record.ts'
import { encodeSnapshotHeader, snapshotHeaderBytes } from '../../protocol/revocation-snapshot.ts'
import type { RevocationList } from '../list.ts'

/** Every live revocation as one file, made once for thousands of verifiers that start at the same time. */
export interface Snapshots {
  /** At most a minute old, and of the journal that is followed now. Throws before anything was read. */
  read(): Promise<Snapshot>
}

export interface Snapshot {
  /** Another one for other contents. */
  name: string
  plain: Buffer
  gzipped: Buffer
}

/** Milliseconds. */
const maxAge = 60_000
/** Entries that are written before others have a turn. */
const slice = 5000

const compress = promisify(gzip)

export function createSnapshots({ list, clock }: { list: Pick<RevocationList, 'head' | 'after'>; clock: Clock }): Snapshots {
  let last: { snapshot: Snapshot; seq: number; hash: string; madeAt: number } | undefined
  let making: Promise<Snapshot> | undefined

  async function make(): Promise<Snapshot> {
    const madeAt = clock.monotonic()
    const head = list.head()
    if (head === undefined) throw unavailable('feed/no-journal')
    const name = renderPoint(head)
    // Whoever stands before the first entry lacks them all.
    const { entries } = list.after({ seq: 0, hash: undefined }, Infinity)!
    const plain = Buffer.alloc(snapshotHeaderBytes + entries.length * recordBytes)
    let offset = encodeSnapshotHeader(head, entries.length).copy(plain)
    for (const [place, entry] of entries.entries()) {
      offset = writeRecord(plain, offset, entry)
      if (place % slice === slice - 1) await nextTurn()
    }
    const snapshot = { name: `${name}.${entries.length}`, plain, gzipped: await compress(plain) }
    last = { snapshot, seq: head.seq, hash: name.split('.')[1]!, madeAt }
    return snapshot
  }

  return {
    async read() {
      const isGood = last !== undefined && clock.monotonic() - last.madeAt < maxAge && list.after(last, 1) !== undefined
      if (isGood) return last!.snapshot
      making ??= make().finally(() => { making = undefined })
      return making
    }
  }
}
