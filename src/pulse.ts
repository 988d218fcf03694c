import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import { unavailable } from './protocol/errors.ts'
import { pulseInterval, stateMaxAge } from './protocol/limits.ts'
import { createSingleFlight } from './single-flight.ts'
import type { ServiceState, StateStore } from './stores/state.ts'

/**
 * The heartbeat of an instance: reads the one row of shared state several times a second, so that changed keys and
 * clients, revocations and lifetimes are known here even while Redis is away. It knows nothing of what its followers do
 * with the news.
 */
export interface Pulse {
  /** The last state read. Throws `temporarily_unavailable` when that is longer ago than the service may trust. */
  current(): ServiceState
  /** The last state read, however old. Throws only before the first. */
  latest(): ServiceState
  /** Seconds since the start of the last successful read; Infinity before the first. */
  age(): number
  /** Whether the last state read may still be trusted. */
  isFresh(): boolean
  /** Reads once more; callers who come while a read is under way share the next one, so that the answer is never older
   * than the question. */
  refresh(): Promise<ServiceState>
  /** Calls back after every read, one read at a time. */
  follow(follower: (state: ServiceState) => Promise<void>): void
  start(): void
  stop(): Promise<void>
}

export interface PulseOptions {
  store: StateStore
  clock: Clock
  log: Log
}

export function createPulse({ store, clock, log }: PulseOptions): Pulse {
  const followers: Array<(state: ServiceState) => Promise<void>> = []
  let state: ServiceState | undefined
  let readAt = { monotonic: -Infinity, wall: -Infinity }
  // The one clock stands still while the machine sleeps, the other may be set back: whichever says longer is believed.
  const age = (): number => Math.max(clock.monotonic() - readAt.monotonic, clock.now() - readAt.wall) / 1000
  const isFresh = (): boolean => age() <= stateMaxAge

  const reading = createSingleFlight(async () => {
    const startedAt = { monotonic: clock.monotonic(), wall: clock.now() }
    const fresh = await store.read()
    for (const follower of followers) await follower(fresh)
    state = fresh
    readAt = startedAt
    return fresh
  })
  const beating = createBeat(reading.run, log)

  return {
    isFresh,
    refresh: reading.run,
    follow: follower => void followers.push(follower),
    age,
    latest() {
      if (state === undefined) throw unavailable('state/never-read')
      return state
    },
    current() {
      if (state === undefined || !isFresh()) throw unavailable('state/stale')
      return state
    },
    start: beating.start,
    async stop() {
      beating.stop()
      await reading.settled()
    }
  }
}

/** Reads again and again, and logs once when that begins to fail and once when it succeeds again. */
function createBeat(read: () => Promise<unknown>, log: Log): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let failing = false

  const beat = async (): Promise<void> => {
    try {
      await read()
      if (failing) log.info({}, 'the shared state can be read again')
      failing = false
    } catch (error) {
      if (!failing) log.error({ err: error }, 'the shared state cannot be read; signing stops soon if this goes on')
      failing = true
    }
  }
  const loop = (): void => void beat().finally(() => {
    if (timer !== undefined) timer = setTimeout(loop, pulseInterval * 1000)
  })

  return {
    start() {
      timer = setTimeout(loop, 0)
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    }
  }
}
