/** What a limiter answers: whether there was room, and in how many seconds the window ends. */
export interface Reservation {
  allowed: boolean
  /** How many have been counted in this window, this one included when it was allowed. */
  count: number
  /** Seconds until the window ends. */
  resetsIn: number
}

/** Counters of attempts in fixed windows, shared by all instances where Redis is there. */
export interface CounterStore {
  /** Atomic: counts one more attempt if fewer than `limit` are counted in the window that began with the first. */
  reserve(key: string, limit: number, windowSeconds: number): Promise<Reservation>
  /** Takes one attempt back. Never below zero. */
  giveBack(key: string): Promise<void>
}
