import type { Clock } from '../../src/ports/clock.ts'

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Seconds. */
  advance(seconds: number): void
}

export function createTestClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let elapsed = 0
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    advance(seconds) {
      elapsed += seconds * 1000
    }
  }
}
