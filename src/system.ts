import { randomBytes } from 'node:crypto'
import type { Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'

/** The real world behind the ports. */

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

export const systemRandom: Random = { bytes: size => randomBytes(size) }
