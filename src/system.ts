import { randomFillSync } from 'node:crypto'
import type { Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'

/** The real world behind the ports. */

/** Bytes. */
const poolSize = 4096

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

export const systemRandom: Random = createPooledRandom(pool => void randomFillSync(pool))

/**
 * Asking the operating system's source for a few bytes at a time costs more than the bytes. What was handed out is erased
 * here, so that no secret lies about in the pool.
 */
export function createPooledRandom(fill: (pool: Buffer) => void): Random {
  const pool = Buffer.alloc(poolSize)
  let used = poolSize
  return {
    bytes(size) {
      if (size > poolSize) throw new Error(`${size} random bytes at once are more than the pool holds (${poolSize})`)
      if (used + size > poolSize) {
        fill(pool)
        used = 0
      }
      const taken = Buffer.from(pool.subarray(used, used + size))
      pool.fill(0, used, used + size)
      used += size
      return taken
    }
  }
}
