/** How long to wait before the next attempt. */
export interface BackOff {
  /** Milliseconds; longer with each call. */
  next(): number
  reset(): void
}

const first = 100
const longest = 5000

/** @param random from 0 to 1: many verifiers that lost the same instance must not come back at the same moment */
export function createBackOff(random: () => number): BackOff {
  let failures = 0
  return {
    next() {
      const whole = Math.min(longest, first * 2 ** failures++)
      return whole * (0.5 + random() / 2)
    },
    reset() {
      failures = 0
    }
  }
}
