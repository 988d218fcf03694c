import type { Clock } from '../../ports/clock.ts'
import { unavailable } from '../../protocol/errors.ts'

/** How well this instance knows the journal's head: when it last read it in PostgreSQL. */
export interface Freshness {
  moment(): Moment
  /** Whether that is so long ago that nobody may lean on this instance. */
  isStale(): boolean
  /** Throws `temporarily_unavailable` when it is. */
  require(): void
}

/** Now, and when the head was last confirmed; milliseconds. */
export interface Moment {
  now: number
  /** The same moment since 1970: by what tokens end. The others are of the monotonic clock. */
  wall: number
  confirmedAt: number
}

export interface Pulse {
  /** Seconds since the start of the last successful read of the head; Infinity before the first. */
  age(): number
}

/** Seconds: four reads that failed. */
const maxAge = 2

export function createFreshness(pulse: Pulse, clock: Clock): Freshness {
  const isStale = (): boolean => pulse.age() > maxAge
  return {
    isStale,
    moment() {
      const now = clock.monotonic()
      return { now, wall: clock.now(), confirmedAt: now - pulse.age() * 1000 }
    },
    require() {
      if (isStale()) throw unavailable('feed/stale')
    }
  }
}
