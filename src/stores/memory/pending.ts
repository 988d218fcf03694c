import type { Clock } from '../../ports/clock.ts'
import { unavailable } from '../../protocol/errors.ts'
import type { PendingStore } from '../pending.ts'

interface Held {
  value: string
  /** Milliseconds of the monotonic clock. */
  endsAt: number
}

/** How many are added between two sweeps. */
const sweepInterval = 1000
/** Milliseconds between two sweeps for room: a flood must not make each of its own cost one. */
const fullSweepInterval = 1000

/** How many of each kind there are: what a name says before its colon (protocol/pending-names.ts). */
function createTally() {
  const counts = new Map<string, number>()
  const kindOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf(':')))
  const like = (name: string): number => counts.get(kindOf(name)) ?? 0
  return { like, add: (name: string, change: 1 | -1): void => void counts.set(kindOf(name), like(name) + change) }
}

/**
 * The twin of the Redis one, for the single instance on an embedded database.
 * @param maxHeld of each kind, beyond which nothing more is taken: to forget one would strand a person in the middle of a
 *   sign-in. Each by itself, so that a client with many assertions keeps nobody from signing in.
 */
export function createMemoryPending(clock: Clock, maxHeld = 100_000): PendingStore {
  const held = new Map<string, Held>()
  const tally = createTally()
  let [added, sweptAt] = [0, -Infinity]

  function forget(name: string): void {
    if (held.delete(name)) tally.add(name, -1)
  }

  function sweep(): void {
    sweptAt = clock.monotonic()
    for (const [name, { endsAt }] of held) if (endsAt <= sweptAt) forget(name)
  }

  function look(name: string): Held | undefined {
    const found = held.get(name)
    return found !== undefined && clock.monotonic() < found.endsAt ? found : undefined
  }

  return {
    async add(name, value, lifetime) {
      if (look(name) !== undefined) return false
      forget(name)
      const isCrowded = tally.like(name) >= maxHeld && clock.monotonic() - sweptAt >= fullSweepInterval
      if (++added % sweepInterval === 0 || isCrowded) sweep()
      if (tally.like(name) >= maxHeld) throw unavailable('pending/full')
      held.set(name, { value, endsAt: clock.monotonic() + lifetime * 1000 })
      tally.add(name, 1)
      return true
    },
    find: async name => look(name)?.value,
    async replace(name, expected, { value, lifetime }) {
      const found = look(name)
      if (found?.value !== expected) return false
      held.set(name, { value, endsAt: lifetime === undefined ? found.endsAt : clock.monotonic() + lifetime * 1000 })
      return true
    },
    async remove(name) {
      const wasThere = look(name) !== undefined
      forget(name)
      return wasThere
    }
  }
}
