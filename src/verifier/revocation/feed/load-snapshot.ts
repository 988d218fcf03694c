import type { VerifierClock } from '../../options.ts'
import type { Platform } from '../../platform.ts'
import type { IssuerCaller } from '../issuer/issuer-caller.ts'
import { readChunks } from '../issuer/read-body.ts'
import { readSnapshot } from './read-snapshot.ts'
import { createRevocationTable } from '../table/revocation-table.ts'
import type { RevocationView } from '../table/revocation-view.ts'
import { createWatchdog } from '../issuer/watchdog.ts'

export interface SnapshotLoading {
  caller: IssuerCaller
  clock: Pick<VerifierClock, 'monotonic'>
  platform: Platform
  seed: number
  signal: AbortSignal
}

/** Milliseconds without a byte, and for all of it. */
const limits = { silence: 10_000, total: 120_000 }

/** Takes a snapshot into a table of its own. Throws where it does not arrive whole. */
export async function loadSnapshot({ caller, clock, platform, seed, signal }: SnapshotLoading): Promise<RevocationView> {
  const watchdog = createWatchdog({ ...limits, signal })
  try {
    const { response } = await caller.call('/revocations/snapshot', {
      headers: { 'accept': 'application/vnd.countersign.revocations', 'accept-encoding': 'gzip' },
      signal: watchdog.signal, expected: 200
    })
    const table = createRevocationTable(seed)
    return await readSnapshot(touching(readChunks(response, watchdog.signal), watchdog.touch), { table, clock, platform })
  } finally {
    watchdog.stop()
  }
}

async function* touching(chunks: AsyncIterable<Uint8Array>, touch: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    touch()
    yield chunk
  }
}
