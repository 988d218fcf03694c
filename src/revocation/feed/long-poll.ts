import type { Clock } from '../../ports/clock.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { renderPoint } from '../../protocol/revocation-point.ts'
import { encodeRecords } from '../../protocol/revocation-record.ts'
import type { RevocationList } from '../list.ts'
import type { Subscription } from './subscription.ts'
import type { Freshness } from './freshness.ts'
import type { KeyNotices } from './key-notice.ts'
import { createWaiting } from './waiting.ts'

/** One question of a subscriber that cannot hold a stream: answered as soon as there is something new, or after a while. */
export interface LongPoll {
  /**
   * Throws as `admit` does, and as soon as the head can no longer be confirmed.
   * @param wait seconds
   * @param gone aborted when nobody waits for the answer any more: room is taken by those who do
   */
  ask(subscription: Subscription, wait: number, gone: AbortSignal): Promise<PollAnswer>
  /** How many are waiting. */
  waiting(): number
  /** Answers all who wait: something is new, or the service stops. */
  wake(): void
}

/** As it goes over the wire; times are milliseconds since the request arrived. */
export interface PollAnswer {
  after: number
  seq: number
  point: string
  head: number
  entries: string
  confirmed: number
  jwks: { keys: object[]; removed: string[] }
}

export interface LongPollOptions {
  list: Pick<RevocationList, 'head' | 'after'>
  freshness: Freshness
  notices: KeyNotices
  clock: Clock
  admit(subscription: Subscription): void
}

/** Entries in one answer: some 300 kB. */
const answerSize = 10_000

export function createLongPoll({ list, freshness, notices, clock, admit }: LongPollOptions): LongPoll {
  const waiting = createWaiting(freshness.isStale)

  function answer({ point, arrivedAt }: Subscription): PollAnswer {
    freshness.require()
    const found = list.after(point, answerSize)
    if (found === undefined) throw new CountersignError('snapshot_required', { reason: 'feed/unknown-point' })
    notices.refresh()
    const { keys, removed } = notices.current()
    return {
      after: point.seq, seq: found.upTo.seq, point: renderPoint(found.upTo), head: list.head()!.seq,
      entries: encodeRecords(found.entries).toString('base64url'), confirmed: Math.floor(freshness.moment().confirmedAt - arrivedAt),
      jwks: { keys, removed }
    }
  }

  return {
    waiting: waiting.count,
    wake: waiting.wakeAll,
    async ask(subscription, wait, gone) {
      admit(subscription)
      const patience = Math.min(wait * 1000, subscription.expiresAt - clock.now())
      if (list.head()!.seq === subscription.point.seq && patience > 0) await waiting.forNews(patience, gone)
      return answer(subscription)
    }
  }
}
