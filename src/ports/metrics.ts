/** What the domain counts. Names are listed in docs/operations.md; labels are from small closed sets. */
export interface Metrics {
  /** Adds one to a counter. */
  count(name: string, labels?: Record<string, string>): void
  /** Records a duration, in seconds. */
  observe(name: string, seconds: number, labels?: Record<string, string>): void
}
