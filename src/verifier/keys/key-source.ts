import { VerifierError } from '../errors.ts'
import type { TrustedKey } from './key-set.ts'
import type { HeldKeys } from './held-keys.ts'

/**
 * Where the verifier gets the key for a kid. The keys are fetched when they are first asked for and again when they have
 * grown old, behind the requests' back; a kid that nobody knows makes one request per cool-down, however many ask.
 */
export interface KeySource {
  /** Undefined for a kid that is not the issuer's. Throws, or rejects with, `keys_unavailable`. */
  find(kid: string): TrustedKey | undefined | Promise<TrustedKey | undefined>
  /** Has the keys fetched anew, behind the requests' back; false while the cool-down forbids it. */
  renew(): boolean
  /** Whether a token can be judged by what is held now. */
  isUsable(): boolean
  /** Resolves once keys were asked for, where there are none that are usable. Tries again as often as it may. */
  fill(): Promise<void>
  /** How many requests were made. */
  requests(): number
}

export interface KeySourceOptions {
  held: HeldKeys
  fetchKeys: () => Promise<readonly unknown[]>
  monotonic: () => number
  /**
   * Whether something goes on between requests, as the mode `feed` needs. A runtime without has no other moment to renew keys than
   * a request that waits for it.
   */
  hasBackground: boolean
  onError: (error: unknown) => void
  /** Milliseconds; `timeout` is what a request takes at most. */
  times: { cacheLifetime: number; cooldown: number; maxStale: number; timeout: number }
}

export function createKeySource(options: KeySourceOptions): KeySource {
  const { held, monotonic, hasBackground, times } = options
  const refresh = createRefresh(options)
  const areFed = (): boolean => monotonic() <= held.fedUntil()
  const age = (): number => monotonic() - held.confirmedAt()
  const isYoung = (): boolean => age() <= times.cacheLifetime + times.maxStale
  const isUsable = (): boolean => held.keys().size > 0 && (isYoung() || areFed())

  const settle = (kid: string): TrustedKey | undefined => {
    const key = isYoung() ? held.keys().get(kid) : undefined
    // That a kid is unknown can be told from keys alone that are not old.
    if (key === undefined && age() > times.cacheLifetime && !held.isRemoved(kid)) throw unavailable()
    return key
  }

  /** Then it pays to wait; while the issuer is away nobody waits for it. */
  const isLongQuiet = (): boolean => age() > 2 * times.cacheLifetime && !refresh.hasFailed()

  async function findAnew(kid: string): Promise<TrustedKey | undefined> {
    await refresh.run()
    return settle(kid)
  }

  return {
    find(kid) {
      const key = held.keys().get(kid)
      if (key !== undefined && age() <= times.cacheLifetime) return key
      if (areFed()) return key
      if (held.isRemoved(kid)) return undefined
      if (!refresh.isPossible()) return settle(kid)
      if (key === undefined || !isYoung() || !hasBackground && isLongQuiet()) return findAnew(kid)
      void refresh.run()
      return key
    },
    renew() {
      if (areFed()) return true
      const isPossible = refresh.isPossible()
      if (isPossible) void refresh.run()
      return isPossible
    },
    isUsable,
    async fill() { if (!isUsable()) await refresh.run() },
    requests: () => refresh.count()
  }
}

/** One request at a time, with the cool-down in between; sooner only while there is nothing to lose. */
function createRefresh({ held, fetchKeys, monotonic, onError, times }: KeySourceOptions) {
  let running: Promise<void> | undefined
  let startedAt = -Infinity
  let nextAt = -Infinity
  let failures = 0
  let count = 0

  const isUnderWay = (): boolean => running !== undefined && monotonic() - startedAt <= times.timeout + 1000
  const coolDown = (): number => held.keys().size > 0 ? times.cooldown : Math.min(times.cooldown, 500 * 2 ** failures)

  async function run(): Promise<void> {
    count += 1
    const askedAt = monotonic()
    try {
      const keys = await fetchKeys()
      failures = 0
      // The feed was quicker, and knows better than what was under way.
      if (held.fedAt() < askedAt) held.replace(keys)
    } catch (error) {
      failures += 1
      onError(error)
    }
    nextAt = monotonic() + coolDown()
  }

  function start(): void {
    // Runtimes that tie I/O to a request end both together: what was under way then never ends, nor fails. The next one is waited for.
    if (running !== undefined) failures = 0
    startedAt = monotonic()
    nextAt = startedAt + coolDown()
    const started = run().finally(() => { if (running === started) running = undefined })
    running = started
  }

  return {
    isPossible: () => isUnderWay() || monotonic() >= nextAt,
    hasFailed: () => failures > 0,
    run(): Promise<void> {
      if (!isUnderWay() && monotonic() >= nextAt) start()
      return isUnderWay() ? running! : Promise.resolve()
    },
    count: () => count
  }
}

function unavailable(): VerifierError {
  return new VerifierError('keys_unavailable', 'The issuer\'s keys cannot be had at the moment, or are too old to go by.')
}
