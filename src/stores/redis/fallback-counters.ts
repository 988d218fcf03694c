import type { Log } from '../../ports/log.ts'
import type { CounterStore } from '../counters.ts'

/**
 * Limits that hold while Redis is away: each instance counts for itself until the primary answers again. An
 * attempt is given back where it was counted as far as that can be told; a count that is left behind ends
 * with its window.
 */
export function createFallbackCounters(
  primary: CounterStore, fallback: CounterStore, log: Log
): CounterStore {
  let away = false

  function noteOutage(error: unknown): void {
    const fault = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    if (!away) log.warn({ fault }, 'attempts are counted by each instance alone until Redis is back')
    away = true
  }

  function noteReturn(): void {
    if (away) log.info({}, 'attempts are counted by all instances together again')
    away = false
  }

  return {
    async reserve(key, limit, windowSeconds) {
      try {
        const reservation = await primary.reserve(key, limit, windowSeconds)
        noteReturn()
        return reservation
      } catch (error) {
        noteOutage(error)
        return fallback.reserve(key, limit, windowSeconds)
      }
    },
    async giveBack(key) {
      try {
        await primary.giveBack(key)
        noteReturn()
      } catch (error) {
        noteOutage(error)
      }
      // Counted there during an outage that may have ended meanwhile.
      await fallback.giveBack(key)
    }
  }
}
