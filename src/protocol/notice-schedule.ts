/**
 * Seconds from each attempt to deliver a logout notice to the next: eight attempts within an hour. The first delay is longer
 * than a request may take, so that a notice which is on its way is not taken for one that was lost.
 */
export const noticeDelays: readonly number[] = [10, 20, 60, 180, 420, 900, 1800]

/** Whether a notice that was tried this often is tried again. */
export function isTriedAgain(attempts: number): boolean {
  return attempts <= noticeDelays.length
}
