import { createBackOff } from './back-off.ts'
import type { Ending, FeedSession } from './feed-session.ts'
import { followStream } from './follow-stream.ts'
import { pause } from './pause.ts'
import { pollFeed } from './poll-feed.ts'
import type { RevocationView } from '../table/revocation-view.ts'
import type { TransportChoice } from './transport-choice.ts'
import { UnexpectedAnswer } from '../issuer/unexpected-answer.ts'

export interface FeedFollowerOptions {
  session: FeedSession
  transports: TransportChoice
  loadSnapshot(): Promise<RevocationView>
  random(): number
  /** An attempt has ended otherwise than it should. */
  onFailure(error: unknown): void
  /** What it does, for counters. */
  onAct(act: 'snapshots' | 'streams' | 'polls'): void
  signal: AbortSignal
}

/** The longest a service may ask to be left alone, in milliseconds: no view is fresh meanwhile. */
const longestRetryAfter = 10_000

/** Follows until the signal ends it: a snapshot where one is needed, then the feed, again and again. Never rejects. */
export async function followFeed(options: FeedFollowerOptions): Promise<void> {
  const { session, transports, signal, onAct } = options
  const backOff = createBackOff(options.random)

  async function attempt(): Promise<Ending> {
    if (session.views.followed() === undefined) {
      session.views.begin(await options.loadSnapshot())
      onAct('snapshots')
    }
    if (transports.current() === 'poll') {
      onAct('polls')
      return pollFeed(session, signal)
    }
    onAct('streams')
    const ending = await followStream(session, signal)
    if (!signal.aborted) transports.note(ending)
    return ending
  }

  function settle(ending: Ending): number {
    if (!ending.isOrderly) options.onFailure(new Error(`the revocation feed ended: ${ending.why}`))
    // A journal that is left again and again gets no quicker by having looked well in between.
    if (ending.wasFresh && session.views.followed() !== undefined) backOff.reset()
    if (!ending.isOrderly || !ending.wasFresh) return backOff.next()
    // With a bound so low that polling cannot wait, it must not go round without a breath either.
    return transports.current() === 'poll' && session.maxStaleness <= 2 ? session.maxStaleness * 250 : 0
  }

  function settleFailure(error: unknown): number {
    // 410: the point is too old, or of a journal that is no more.
    if (error instanceof UnexpectedAnswer && error.status === 410) session.views.abandon()
    options.onFailure(error)
    const asked = error instanceof UnexpectedAnswer ? error.retryAfter ?? 0 : 0
    return Math.max(backOff.next(), Math.min(asked, longestRetryAfter))
  }

  while (!signal.aborted) {
    const wait = await attempt().then(settle, error => signal.aborted ? 0 : settleFailure(error))
    await pause(wait, signal)
  }
}
