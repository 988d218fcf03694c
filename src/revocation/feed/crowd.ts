import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { RevocationList } from '../list.ts'
import { createBatches } from './batches.ts'
import type { Freshness } from './freshness.ts'
import type { KeyNotices } from './key-notice.ts'
import { createSpread } from './spread.ts'
import type { Stream } from './stream.ts'
import { createStreams } from './streams.ts'
import { createTokenWatch } from './token-watch.ts'
import { createWheel } from './wheel.ts'

/** All open streams: each has its turn once in a second, and all are told when there is something new. */
export interface Crowd {
  add(stream: Stream): void
  leave(stream: Stream): void
  tellAll(): void
  size(): number
  /** Ends every stream. */
  close(): void
}

export interface CrowdOptions {
  list: RevocationList
  notices: KeyNotices
  freshness: Freshness
  clock: Clock
  log: Log
}

export function createCrowd({ list, notices, freshness, clock, log }: CrowdOptions): Crowd {
  const open = new Set<Stream>()
  const batches = createBatches(list)
  const tokens = createTokenWatch<Stream>(list)
  const streams = createStreams({ batches, keyNotice: notices.current, leave })
  const onTurn = (stream: Stream): void => streams.heartbeat(stream, freshness.moment())
  const wheel = createWheel<Stream>({ clock, onStep, onTurn })
  const spread = createSpread({ list, batches, tokens, open, streams, log })
  function leave(stream: Stream): void {
    open.delete(stream)
    wheel.delete(stream)
    tokens.delete(stream)
  }

  function tellAll(): void {
    if (open.size === 0) return
    notices.refresh()
    spread.tell()
  }

  function onStep(): void {
    if (notices.refresh()) tellAll()
    if (!freshness.isStale()) return
    log.warn({ streams: open.size }, 'the journal cannot be read; the feeds end')
    for (const stream of open) streams.endStale(stream, freshness.moment())
  }

  return {
    leave, tellAll,
    size: () => open.size,
    add(stream) {
      notices.refresh()
      if (open.size === 0) spread.begin()
      open.add(stream)
      wheel.add(stream)
      tokens.add(stream)
      onTurn(stream)
    },
    close() {
      for (const stream of open) streams.end(stream, 'shutting-down')
    }
  }
}
