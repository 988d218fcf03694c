import { randomInt } from 'node:crypto'
import fc from 'fast-check'

/**
 * How random tests are bounded, and how a failure is had again: `TEST_SEED=… npm test`, with the seed that it printed. For a
 * long search `TEST_RANDOM_SECONDS` gives each of them more time.
 */

/** Milliseconds for one test of random requests, beyond the few that are always made. */
const wholeTime = Number(process.env['TEST_RANDOM_SECONDS'] ?? 8) * 1000

/** Runs of each property, whatever the clock says. */
const fewest = 5

/** @param parts how many properties share the time */
export function randomness(parts = 1): { seed: number; timePerPart: number; numRuns: number } {
  const given = process.env['TEST_SEED']
  return {
    seed: given === undefined ? randomInt(2 ** 31) : Number(given), timePerPart: Math.ceil(wholeTime / parts),
    numRuns: Math.max(fewest, Math.ceil(wholeTime / 200))
  }
}

/** Asserts it for a few values at least, and for as many more as there is time for. */
export async function assertInTime<T>(property: fc.IAsyncProperty<T>, parameters: fc.Parameters<T>): Promise<void> {
  const { interruptAfterTimeLimit: time = wholeTime, numRuns = fewest, ...others } = parameters
  const start = performance.now()
  await assertAll(property, { ...others, numRuns: Math.min(fewest, numRuns) })
  const left = time - (performance.now() - start)
  // Goes on behind the values that were tried.
  if (numRuns > fewest && left > 0) {
    await assertAll(property, { ...others, path: String(fewest), numRuns: numRuns - fewest, interruptAfterTimeLimit: left })
  }
}

/** Where the time is over before the first value the library would call it failed, though nothing is known against it. */
async function assertAll<T>(property: fc.IAsyncProperty<T>, parameters: fc.Parameters<T>): Promise<void> {
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
