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

/**
 * The twin of the Redis one, for the single instance on an embedded database.
 * @param maxHeld beyond which nothing more is taken: to forget one would strand a person in the middle of a sign-in
 */
export function createMemoryPending(clock: Clock, maxHeld = 100_000): PendingStore {
  const held = new Map<string, Held>()
  let added = 0

  function sweep(): void {
    for (const [name, { endsAt }] of held) if (endsAt <= clock.monotonic()) held.delete(name)
  }

  function look(name: string): Held | undefined {
    const found = held.get(name)
    return found !== undefined && clock.monotonic() < found.endsAt ? found : undefined
  }

  return {
    async add(name, value, lifetime) {
      if (look(name) !== undefined) return false
      if (++added % sweepInterval === 0 || held.size >= maxHeld) sweep()
      if (held.size >= maxHeld) throw unavailable('pending/full')
      held.set(name, { value, endsAt: clock.monotonic() + lifetime * 1000 })
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
      held.delete(name)
      return wasThere
    }
  }
}
