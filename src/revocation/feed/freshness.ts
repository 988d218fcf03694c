import type { Clock } from '../../ports/clock.ts'
import { unavailable } from '../../protocol/errors.ts'

/** How well this instance knows the journal's head: when it last read it in PostgreSQL. */
export interface Freshness {
  /** When the head was confirmed, on the monotonic clock. */
  confirmedAt(): number
  /** Whether that is so long ago that nobody may lean on this instance. */
  isStale(): boolean
  /** Throws `temporarily_unavailable` when it is. */
  require(): void
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
    confirmedAt: () => clock.monotonic() - pulse.age() * 1000,
    require() {
      if (isStale()) throw unavailable('feed/stale')
    }
  }
}
