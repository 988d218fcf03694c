import type { WhenStale } from '../protocol/verifier-rule.ts'

/** Who follows the revocations: an instance of a client, and its own rule for a view that is too old. */

export interface Subscriber {
  /** The name that the instance gave itself. */
  instance: string
  /** Seconds. */
  maxStaleness: number | undefined
  whenStale: WhenStale | undefined
}

/** Those whom the service knows of. */
export interface Subscribers {
  /**
   * Keeps that it has subscribed, and resolves then: whoever has a view counts when the reach of a revocation is told. Rejects
   * with `temporarily_unavailable`, or with `forbidden` for a client that has too many names.
   */
  note(clientId: string, subscriber: Subscriber): Promise<void>
}
