import type { Point } from '../../protocol/revocation-point.ts'
import type { RevocableClaims } from '../../protocol/revocation-rules.ts'
import type { KeyNotice } from './key-notice.ts'

/** One subscriber's stream: where it stands, and the way to its socket. There are thousands, so there is little of it. */
export interface Stream {
  readonly sink: Sink
  /** By what its token can be revoked. */
  readonly claims: RevocableClaims
  /** When its token ends, milliseconds since 1970. */
  readonly expiresAt: number
  /** When its request arrived, on the monotonic clock. */
  readonly arrivedAt: number
  /** The place in the journal up to which it was told all. */
  at: Point
  /** The keys it was told of. */
  keys: KeyNotice | undefined
  /** Since when nothing has been taken of what waits for it, on the monotonic clock, and how much had been; undefined where nothing waits. */
  stalled: { since: number; taken: number } | undefined
}

/** Where a stream's bytes go. Writing to one that is closed does nothing. */
export interface Sink {
  /** Bytes that the peer has not taken yet. */
  unsent(): number
  /** Bytes that it has taken, of all that were written. */
  taken(): number
  write(text: string | Buffer): void
  /** Calls back once, when there are no bytes left that the peer has not taken. Of several callbacks the last one counts. */
  onceDrained(callback: () => void): void
  end(lastWords: string): void
  destroy(): void
}
