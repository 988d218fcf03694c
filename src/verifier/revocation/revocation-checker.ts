/**
 * Revocation, as the rest of the verifier sees it: a question about one verified token, which a view kept in memory answers
 * without waiting where it can. This folder owns how revocations get here and how old the view may be; it knows
 * nothing of signatures.
 */
export interface RevocationChecker {
  /** What of a token the checks need: it is kept with the verified token. */
  prepare(token: RevocableToken): PreparedToken
  /**
   * A promise only where something has to be asked. Throws, or rejects with, `revocation_unavailable`; throws `token_invalid` for
   * claims that no token of Countersign has.
   */
  check(token: PreparedToken, options?: CheckOptions): RevocationState | Promise<RevocationState>
  /** Says that calls of `check` may have this rule of their own; a call itself says so, too. */
  announce(whenStale: WhenStale): void
  /** Begins to follow; called once. What fails is tried again for ever. */
  start(): void
  /** Stops following and says goodbye. Idempotent. */
  close(): Promise<void>
  health(): RevocationHealth
}

export interface RevocableToken {
  kid: string
  claims: {
    jti: string
    sub: string
    client_id: string
    iat: number
    exp: number
    grant_id?: string | undefined
    sid?: string | undefined
    status?: unknown
  }
}

/** Belongs to the checker that made it. */
export type PreparedToken = object

/** `unchecked`: nothing could be told, and the policy is to accept then. */
export type RevocationState = 'good' | 'revoked' | 'unchecked'

/** What to do with a token when the view is older than it may be. */
export type WhenStale = 'lookup' | 'reject' | 'accept'

export interface CheckOptions {
  /** Over what the verifier was made with. */
  whenStale?: WhenStale | undefined
}

export interface RevocationHealth {
  mode: 'feed' | 'status-list' | 'lookup' | 'none'
  /** Whether the view may be used as it is. */
  fresh: boolean
  /** Seconds since the moment up to which all is known, or a service was asked that answered; Infinity before there is one. */
  age: number
  /** The journal sequence the view stands for. */
  seq: number | undefined
  /** Live revocations held. */
  entries: number
  counters: Readonly<Record<string, number>>
}

/** What the checker tells of the keys: the feed is quicker than any cache. */
export interface KeyListener {
  /** Verify with these alone from now on, and never again with what was removed. */
  replaceKeys(keys: ReadonlyArray<Record<string, unknown>>, removed: readonly string[]): void
  /** What was told last still held at that moment, in monotonic milliseconds; the next word comes within so many. */
  confirmKeys(at: number, nextWithin: number): void
  /** The kids held now, to be acknowledged. */
  heldKids(): string[]
}
