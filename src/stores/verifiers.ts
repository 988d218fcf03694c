import type { Revocation, WatchedVerifier } from '../protocol/reach.ts'
import type { WhenStale } from '../protocol/verifier-rule.ts'

/** A process that follows the revocation feed: the client it belongs to, and the name it gave itself. */
export interface VerifierName {
  clientId: string
  instance: string
}

/**
 * A named subscriber that has just appeared. What it does not say of its rule is not known any more: it may be another process. It
 * never makes a known rule stricter: it may come late, behind a newer word.
 */
export interface Subscription extends VerifierName {
  /** Seconds. */
  maxStaleness: number | undefined
  whenStale: WhenStale | undefined
}

/** What a verifier says of itself; what it leaves out stays as it was. */
export interface Acknowledgement extends VerifierName {
  /** It has applied everything up to this sequence of the journal. */
  seq: number
  /** The leading 96 bits of the running hash there, in base64url. */
  hash: string
  /** The keys it holds. */
  kids: string[] | undefined
  /** Seconds. */
  maxStaleness: number | undefined
  whenStale: WhenStale | undefined
}

/** A verifier as it is known, beside one revocation. */
export interface Verifier extends WatchedVerifier {
  /** Undefined until it has said. */
  kids: string[] | undefined
}

export interface VerifiersView {
  /** The database's time. */
  now: Date
  /** The journal's head. */
  head: number
  /** The revocation looked at; undefined when none alive has that sequence. */
  revocation: Revocation | undefined
  /** By client and name. */
  verifiers: Verifier[]
}

export interface VerifierStore {
  /**
   * Notes subscribers, each name once, in one statement, and answers in their order: they count from now on, or their client has
   * some 10,000 names already ('full').
   */
  note(subscriptions: readonly Subscription[]): Promise<Array<'noted' | 'full'>>
  /**
   * Keeps acknowledgements, each name once, in one statement, and answers in their order: 'unknown' when the point is not of this
   * journal, or the client is gone; 'full' when the name is a new one and its client has some 10,000 already. A sequence never falls; the newest 64 are kept, each with the time it was first acknowledged.
   */
  acknowledge(batch: readonly Acknowledgement[]): Promise<Array<'kept' | 'unknown' | 'full'>>
  /** Every verifier, beside the revocation with that sequence or, without one, the newest. */
  look(seq?: number): Promise<VerifiersView>
  /** One that says goodbye. Idempotent. */
  forget(verifier: VerifierName): Promise<void>
  /** The same by an operator, audited; false when there is none by that name. */
  remove(verifier: VerifierName, actor: string): Promise<boolean>
  /** Deletes those that have been silent for a week and accept nothing by themselves; returns how many. */
  prune(): Promise<number>
}
