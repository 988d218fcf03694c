import { setTimeout as pause } from 'node:timers/promises'

/** Waits for what another process does: looks every few milliseconds, and gives up with a sentence after the deadline. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  const deadline = performance.now() + milliseconds
  while (!await isSo()) {
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await pause(5)
  }
}
