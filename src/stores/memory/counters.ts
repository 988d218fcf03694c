import type { Clock } from '../../ports/clock.ts'
import type { CounterStore } from '../counters.ts'

/**
 * In-process twins of what lies in Redis: for the embedded mode, where there is one instance, and for the
 * time that Redis is away. They know nothing of other instances, forget everything with the process, and stay
 * bounded.
 */

interface Window {
  count: number
  /** Milliseconds of the monotonic clock. */
  endsAt: number
}

/** How many new windows are begun between two sweeps. */
const sweepInterval = 1000
/** Milliseconds between two sweeps of a full table: a flood of new keys must not make each of them cost a sweep. */
const fullSweepInterval = 1000

/** @param maxKeys windows that are held at most; beyond it the one begun first is forgotten */
export function createMemoryCounters(clock: Clock, maxKeys = 100_000): CounterStore & { size(): number } {
  const windows = new Map<string, Window>()
  let begun = 0
  let sweptAt = -Infinity

  function makeRoom(now: number): void {
    const isFull = windows.size >= maxKeys && now - sweptAt >= fullSweepInterval
    if (++begun % sweepInterval === 0 || isFull) {
      sweptAt = now
      for (const [key, window] of windows) if (window.endsAt <= now) windows.delete(key)
    }
    const oldest = windows.keys().next()
    if (windows.size >= maxKeys && oldest.done !== true) windows.delete(oldest.value)
  }

  function windowOf(key: string, windowSeconds: number): Window {
    const now = clock.monotonic()
    const current = windows.get(key)
    if (current !== undefined && now < current.endsAt) return current
    windows.delete(key)
    makeRoom(now)
    const window = { count: 0, endsAt: now + windowSeconds * 1000 }
    windows.set(key, window)
    return window
  }

  return {
    size: () => windows.size,
    reserve(key, limit, windowSeconds) {
      const window = windowOf(key, windowSeconds)
      const allowed = window.count < limit
      if (allowed) window.count++
      const resetsIn = (window.endsAt - clock.monotonic()) / 1000
      return Promise.resolve({ allowed, count: window.count, resetsIn })
    },
    giveBack(key) {
      const window = windows.get(key)
      if (window !== undefined && --window.count <= 0) windows.delete(key)
      return Promise.resolve()
    }
  }
}
