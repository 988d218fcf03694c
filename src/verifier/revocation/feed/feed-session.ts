import type { VerifierClock } from '../../options.ts'
import type { KeyNews } from './feed-messages.ts'
import type { IssuerCaller } from '../issuer/issuer-caller.ts'
import type { Batch, Views } from '../table/revocation-view.ts'

/** What both transports bring their news to. */
export interface FeedSession {
  caller: IssuerCaller
  clock: VerifierClock
  views: Views
  /** Seconds: the bound on the view's age. */
  maxStaleness: number
  /** The parameters by which this verifier is known, and its rule, for a query. */
  identity(): string
  takeKeys(news: KeyNews): void
  /** Whether it continued the view. */
  takeBatch(batch: Batch): Promise<boolean>
  /** Whether the view stands there. */
  takeConfirmation(confirmation: Confirmation): boolean
}

export interface Confirmation {
  /** The head of the journal. */
  seq: number
  /** When it was that, in monotonic milliseconds. */
  at: number
  /** Milliseconds from then within which the next one comes, or something is wrong. */
  nextWithin: number
}

/** How an attempt to follow ended. */
export interface Ending {
  why: string
  /** Whether to go on without a pause. */
  isOrderly: boolean
  /** Whether events came in time to keep the view fresh. */
  wasFresh: boolean
  /** Whether the way between is to blame: the stream was open and brought nothing in time. */
  isBroken: boolean
}

/** Never in the future: clocks that go differently fast must not make a view younger than it is. */
export function confirmedAt(clock: Pick<VerifierClock, 'monotonic'>, sentAt: number, confirmed: number): number {
  return Math.min(clock.monotonic(), sentAt + confirmed)
}

/** Milliseconds by which clocks that run unevenly part while a request is open, and room. */
const mostAhead = 1000

/**
 * Whether the service was at a moment that lies ahead of now. A clock that stood still, while its machine was suspended say, cannot
 * tell how long an answer was under way, which proves nothing then.
 *
 * @param told milliseconds since the request arrived
 */
export function hasStoodStill(clock: Pick<VerifierClock, 'monotonic'>, sentAt: number, told: number): boolean {
  return sentAt + told - clock.monotonic() > mostAhead
}

export const stoodStill = 'the clock of this machine has stood still'
