/** What the domain asks of time. Passed in everywhere, so that a test can move it. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970. */
  now(): number
  /** Milliseconds that only ever grow; for ages and deadlines. */
  monotonic(): number
}
