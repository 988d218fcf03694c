import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { CountersignError, unavailable } from '../../protocol/errors.ts'
import type { Point } from '../../protocol/revocation-point.ts'
import type { RevocationList } from '../list.ts'
import { within } from '../within.ts'
import { createCrowd } from './crowd.ts'
import { createFreshness, type Freshness, type Pulse } from './freshness.ts'
import { createKeyNotices } from './key-notice.ts'
import { createLongPoll, type LongPoll } from './long-poll.ts'
import type { Sink, Stream } from './stream.ts'
import type { Subscription } from './subscription.ts'
import { isRevoked } from './token-watch.ts'

/**
 * What this folder owns: the revocations as others follow them, thousands of streams over one list. It reads the list and
 * writes to sinks; it must not know what HTTP is, and it never decides what is revoked. The contract:
 * docs/revocation-feed.md.
 */
export interface Feed {
  /** Milliseconds on the clock that arrivals are told by. */
  now(): number
  /**
   * Makes sure that an unknown point is none of the journal: another instance may have told a subscriber more than has come
   * here. Throws `temporarily_unavailable` when the journal cannot be asked.
   */
  recognize(point: Point): Promise<void>
  /**
   * Makes sure that a subscriber at that point, which was recognized, can be served here and now. Throws `snapshot_required`,
   * `token_revoked` or `temporarily_unavailable`.
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

export interface FeedOptions {
  list: RevocationList
  keys: { jwks(): { body: string } }
  pulse: Pulse & { refresh(): Promise<unknown> }
  clock: Clock
  log: Log
  /** Streams and waiting questions that one instance takes. */
  capacity?: number
}

/** Seconds for which a subscriber waits until the journal was asked. */
const patience = 2

export function createFeed({ list, keys, pulse, clock, log, capacity = 20_000 }: FeedOptions): Feed {
  const freshness = createFreshness(pulse, clock)
  const notices = createKeyNotices({ keys, list })
  const crowd = createCrowd({ list, notices, freshness, clock, log })
  const poll = createLongPoll({ list, freshness, notices, clock, admit })
  const stopWatching = list.watch(() => {
    poll.wake()
    crowd.tellAll()
  })
  let closed = false

  function admit({ point, claims }: Subscription): void {
    if (closed) throw unavailable('feed/closed')
    if (crowd.size() + poll.waiting() >= capacity) throw unavailable('feed/full', undefined, 5)
    freshness.require()
    if (list.after(point, 1) === undefined) throw new CountersignError('snapshot_required', { reason: 'feed/unknown-point' })
    // The guard has looked, but that was before the last few revocations.
    if (isRevoked(claims, list)) throw new CountersignError('token_revoked', { reason: 'access/revoked' })
  }

  return {
    admit, poll,
    recognize: createRecognize({ list, pulse, freshness }),
    now: () => clock.monotonic(),
    size: crowd.size,
    open({ point, claims, expiresAt, arrivedAt }, sink) {
      const stream: Stream = { sink, claims, expiresAt, arrivedAt, at: point, keys: undefined, stalled: undefined }
      crowd.add(stream)
      return () => crowd.leave(stream)
    },
    close() {
      closed = true
      stopWatching()
      poll.wake()
      crowd.close()
    }
  }
}

function createRecognize({ list, pulse, freshness }: Pick<FeedOptions, 'list' | 'pulse'> & { freshness: Freshness }): Feed['recognize'] {
  return async point => {
    if (list.after(point, 1) !== undefined) return
    freshness.require()
    // The list follows the pulse: once that was read, it stands where the journal stood after the question.
    await within(patience, pulse.refresh(), () => unavailable('feed/unconfirmed'))
  }
}
