import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/**
 * How random tests are bounded, and how a failure is had again: `TEST_SEED=… npm test`, with the seed that it printed. For a
 * long search `TEST_RANDOM_SECONDS` gives each of them more time.
 */

/** Milliseconds for one test of random requests, however slow the machine is. */
const wholeTime = Number(process.env['TEST_RANDOM_SECONDS'] ?? 12) * 1000

/** @param parts how many properties share the time */
export function randomness(parts = 1): { seed: number; timePerPart: number; numRuns: number } {
  const given = process.env['TEST_SEED']
  return { seed: given === undefined ? randomInt(2 ** 31) : Number(given), timePerPart: Math.ceil(wholeTime / parts), numRuns: Math.ceil(wholeTime / 200) }
}

/**
 * Asserts it for as many values as there is time for. On a slow machine that may be none: then the library would call it failed,
 * though nothing is known against it. Whoever asks says what has to be seen over all.
 */
export async function assertInTime<T>(property: fc.IAsyncProperty<T>, parameters: fc.Parameters<T>): Promise<void> {
  const found = await fc.check(property, { ...parameters, markInterruptAsFailure: false })
  const isOnlyLate = found.interrupted && found.counterexample === null
  if (found.failed && !isOnlyLate) throw new Error(await fc.asyncDefaultReportMessage(found))
}

/** What only a hang would break. */
const patience = 20_000

export async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
