import { isAlgorithmName, type AlgorithmName } from './algorithms.ts'
import type { VerifierClock, VerifierFetch, VerifierOptions } from './options.ts'

/** The options with everything in its place. Durations are as the options have them, in seconds. */
export interface Settings {
  issuer: string
  audience: readonly string[]
  jwksUri: string
  algorithms: readonly AlgorithmName[]
  clockTolerance: number
  maxTokenLength: number
  jwks: { cacheLifetime: number; cooldown: number; maxStale: number; timeout: number }
  cacheSize: number
  dpop: { maxAge: number; replaySize: number; algorithms: readonly AlgorithmName[] }
  fetch: VerifierFetch
  clock: VerifierClock
}

/** @throws TypeError that names the option */
export function readSettings(options: VerifierOptions): Settings {
  const { issuer, jwks = {}, cache = {}, dpop = {} } = options
  checkUrl('issuer', issuer)
  const jwksUri = options.jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`
  checkUrl('jwksUri', jwksUri)
  return {
    issuer,
    audience: readAudience(options.audience),
    jwksUri,
    algorithms: readAlgorithms('algorithms', options.algorithms ?? ['RS256']),
    clockTolerance: readNumber('clockTolerance', options.clockTolerance ?? 10, [0, 60]),
    maxTokenLength: readNumber('maxTokenLength', options.maxTokenLength ?? 8192, [256, 65_536]),
    jwks: {
      cacheLifetime: readNumber('jwks.cacheLifetime', jwks.cacheLifetime ?? 300, [1, 86_400]),
      cooldown: readNumber('jwks.cooldown', jwks.cooldown ?? 30, [30, 3600]),
      maxStale: readNumber('jwks.maxStale', jwks.maxStale ?? 86_400, [0, 604_800]),
      timeout: readNumber('jwks.timeout', jwks.timeout ?? 5, [1, 60])
    },
    cacheSize: readNumber('cache.size', cache.size ?? 1000, [0, 1_000_000]),
    dpop: {
      maxAge: readNumber('dpop.maxAge', dpop.maxAge ?? 60, [1, 300]),
      replaySize: readNumber('dpop.replaySize', dpop.replaySize ?? 100_000, [1000, 10_000_000]),
      algorithms: readAlgorithms('dpop.algorithms', dpop.algorithms ?? ['RS256', 'PS256', 'ES256', 'EdDSA'])
    },
    fetch: readFetch(options.fetch) ?? ((...request) => globalThis.fetch(...request)),
    clock: readClock(options.clock) ?? createClock()
  }
}

function createClock(): VerifierClock {
  // Read once: Node's global is a getter, which costs as much again as the time it tells.
  const watch = performance
  return { now: () => Date.now(), monotonic: () => watch.now() }
}

/** What comes over a plain connection could be anybody's keys. */
function checkUrl(name: string, text: unknown): void {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  const isLoopback = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  const isSafe = url?.protocol === 'https:' || url?.protocol === 'http:' && isLoopback
  if (!isSafe || url.username !== '' || url.password !== '' || url.hash !== '' || name === 'issuer' && url.search !== '') {
    const without = name === 'issuer' ? 'user, query and fragment' : 'user and fragment'
    throw new TypeError(`${name} has to be an https: URL (or http: on a loopback address) without ${without}.`)
  }
}

function readAudience(audience: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(audience) ? audience : [audience]
  if (list.length === 0 || !list.every(each => typeof each === 'string' && each !== '')) {
    throw new TypeError('audience has to be your own identifier, or a list of them.')
  }
  return Object.freeze([...list] as string[])
}

function readAlgorithms(name: string, list: readonly unknown[]): readonly AlgorithmName[] {
  if (!Array.isArray(list) || list.length === 0 || !list.every(isAlgorithmName)) {
    throw new TypeError(`${name} has to be a list of RS256, PS256, ES256, EdDSA.`)
  }
  return Object.freeze([...list as readonly AlgorithmName[]])
}

function readNumber(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new TypeError(`${name} has to be a number from ${least} to ${most}.`)
}

function readFetch(fetch: VerifierFetch | undefined): VerifierFetch | undefined {
  if (fetch === undefined || typeof fetch === 'function') return fetch
  throw new TypeError('fetch has to be a function, like the runtime\'s own.')
}

function readClock(clock: VerifierClock | undefined): VerifierClock | undefined {
  if (clock === undefined || typeof clock?.now === 'function' && typeof clock.monotonic === 'function') return clock
  throw new TypeError('clock has to have the functions now() and monotonic().')
}
