import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { CountersignError, unavailable } from '../../protocol/errors.ts'
import type { Point } from '../../protocol/revocation-point.ts'
import type { RevocableClaims } from '../../protocol/revocation-rules.ts'
import type { RevocationList } from '../list.ts'
import { createBatches, type Place } from './batches.ts'
import { createFreshness, type Pulse } from './freshness.ts'
import { createKeyNotices } from './key-notice.ts'
import { createLongPoll, type LongPoll } from './long-poll.ts'
import type { Sink, Stream } from './stream.ts'
import { createStreams } from './streams.ts'
import { createTokenWatch, isRevoked } from './token-watch.ts'
import { createWheel } from './wheel.ts'

/**
 * What this folder owns: the revocations as others follow them, thousands of streams over one list. It reads the list and
 * writes to sinks; it must not know what HTTP is, and it never decides what is revoked. The contract:
 * docs/revocation-feed.md.
 */
export interface Feed {
  /** Milliseconds on the clock that arrivals are told by. */
  now(): number
  /**
   * Makes sure that a subscriber at that point can be served here and now. Throws `snapshot_required`, `token_revoked` or
   * `temporarily_unavailable`.
   */
  admit(subscription: Subscription): void
  /** Serves an admitted subscriber until its stream ends. Returns what to call when its peer is gone. */
  open(subscription: Subscription, sink: Sink): () => void
  poll: LongPoll
  /** Open streams. */
  size(): number
  /** Ends every stream and every question that waits, and takes no more. */
  close(): void
}

export interface Subscription {
  point: Point
  claims: RevocableClaims
  /** When the token ends, milliseconds since 1970. */
  expiresAt: number
  /** When the request arrived, by `now`. */
  arrivedAt: number
}

export interface FeedOptions {
  list: RevocationList
  keys: { jwks(): { body: string } }
  pulse: Pulse
  clock: Clock
  log: Log
  /** Streams and waiting questions that one instance takes. */
  capacity?: number
}

/** Streams that are written to before others have a turn: a few milliseconds. */
const slice = 250

export function createFeed({ list, keys, pulse, clock, log, capacity = 20_000 }: FeedOptions): Feed {
  const open = new Set<Stream>()
  const freshness = createFreshness(pulse, clock)
  const notices = createKeyNotices({ keys, list })
  const keyNotice = notices.current
  const batches = createBatches(list)
  const tokens = createTokenWatch<Stream>(list)
  const streams = createStreams({ batches, keyNotice, leave })
  const wheel = createWheel<Stream>({ clock, onStep, onTurn })
  const poll = createLongPoll({ list, freshness, notices, clock, admit })
  const spread = createSpread({ list, batches, tokens, open, streams })
  const stopWatching = list.watch(() => {
    poll.wake()
    tellAll()
  })
  let closed = false

  function tellAll(): void {
    notices.refresh()
    void spread().catch((error: unknown) => log.error({ err: error }, 'a revocation could not be told to every stream'))
  }

  function leave(stream: Stream): void {
    open.delete(stream)
    wheel.delete(stream)
    tokens.delete(stream)
  }

  function admit({ point, claims }: Subscription): void {
    if (closed || open.size + poll.waiting() >= capacity) throw unavailable(closed ? 'feed/closed' : 'feed/full', undefined, 5)
    freshness.require()
    if (list.after(point, 1) === undefined) throw new CountersignError('snapshot_required', { reason: 'feed/unknown-point' })
    // The guard has looked, but that was before the last few revocations.
    if (isRevoked(claims, list)) throw new CountersignError('token_revoked', { reason: 'access/revoked' })
  }

  function onStep(): void {
    if (notices.refresh()) tellAll()
    if (!freshness.isStale()) return
    const moment = momentNow()
    if (open.size > 0) log.warn({ streams: open.size }, 'the journal cannot be read: the feeds end')
    for (const stream of open) streams.endStale(stream, moment)
  }

  function onTurn(stream: Stream): void {
    // Before, not after: its next turn would come too late.
    if (stream.expiresAt <= clock.now() + 1000) return streams.end(stream, 'token-expired')
    streams.heartbeat(stream, momentNow())
  }

  const momentNow = () => ({ now: clock.monotonic(), confirmedAt: freshness.confirmedAt() })

  return {
    admit, poll,
    now: () => clock.monotonic(),
    size: () => open.size,
    open({ point, claims, expiresAt, arrivedAt }, sink) {
      notices.refresh()
      const stream: Stream = { sink, claims, expiresAt, arrivedAt, at: point, keys: undefined, stalledSince: undefined }
      open.add(stream)
      wheel.add(stream)
      tokens.add(stream)
      onTurn(stream)
      return () => leave(stream)
    },
    close() {
      closed = true
      stopWatching()
      poll.close()
      for (const stream of open) streams.end(stream, 'shutting-down')
      wheel.stop()
    }
  }
}

interface SpreadOptions {
  list: RevocationList
  batches: ReturnType<typeof createBatches>
  tokens: ReturnType<typeof createTokenWatch<Stream>>
  open: Set<Stream>
  streams: ReturnType<typeof createStreams>
}

/** Tells every stream what is new. What comes up meanwhile, or in the same turn of the loop, is told in one go. */
function createSpread({ list, batches, tokens, open, streams }: SpreadOptions): () => Promise<void> {
  let checked: Place | undefined
  let isSpreading = false
  let isBehind = false

  /** Those whose own token has just been revoked hear what else is new, and then go. */
  function endRevoked(): void {
    const news = checked && list.after(checked, Infinity)
    for (const entry of news?.entries ?? []) {
      for (const stream of tokens.endedBy(entry)) {
        streams.advance(stream)
        if (open.has(stream)) streams.end(stream, 'token-revoked')
      }
    }
    checked = batches.head()
  }

  return async () => {
    isBehind = true
    if (isSpreading) return
    isSpreading = true
    try {
      while (isBehind) {
        await nextTurn()
        isBehind = false
        endRevoked()
        let told = 0
        for (const stream of open) {
          streams.advance(stream)
          if (++told % slice === 0) await nextTurn()
        }
      }
    } finally {
      isSpreading = false
    }
  }
}
