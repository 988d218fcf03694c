import { setTimeout as pause } from 'node:timers/promises'

/**
 * Looks every few milliseconds.
 * @returns how long it took, in milliseconds
 * @throws Error that says what has not come true
 */
export async function until(what, milliseconds, isSo) {
  const startedAt = performance.now()
  while (!await isSo()) {
    if (performance.now() - startedAt > milliseconds) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await pause(5)
  }
  return performance.now() - startedAt
}
