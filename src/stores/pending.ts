/**
 * What waits for a person or a client, for minutes at most: interactions, authorization codes, the `jti` of assertions.
 * It may be lost at any time, and whoever waits begins again. Every method throws `temporarily_unavailable` when what
 * instances share cannot be reached.
 */
export interface PendingStore {
  /** Keeps a value for so many seconds. Atomic: false, and no change, when there is one of that name. */
  add(name: string, value: string, lifetime: number): Promise<boolean>
  /** Undefined when there is none, or its time has run out. */
  find(name: string): Promise<string | undefined>
  /** Atomic: false, and no change, when `expected` is not the value now. */
  replace(name: string, expected: string, next: Replacement): Promise<boolean>
  /** Atomic: of two callers at once, one is answered true. */
  remove(name: string): Promise<boolean>
}

export interface Replacement {
  value: string
  /** Seconds from now; undefined: what is left of its time. */
  lifetime?: number | undefined
}
