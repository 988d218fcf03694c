import { isAlgorithmName, type AlgorithmName } from './algorithms.ts'
import { mustBeOptions } from './must-be-options.ts'
import type { CacheOptions, DpopOptions, JwksOptions, VerifierClock, VerifierFetch, VerifierOptions } from './options.ts'

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
  mustBeOptions('', options, optionNames)
  const { issuer, algorithms = ['RS256'], clockTolerance = 10, maxTokenLength = 8192 } = options
  checkUrl('issuer', issuer)
  const { jwksUri = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json` } = options
  checkUrl('jwksUri', jwksUri)
  return {
    issuer,
    audience: readAudience(options.audience),
    jwksUri,
    algorithms: readAlgorithms('algorithms', algorithms),
    clockTolerance: readNumber('clockTolerance', clockTolerance, [0, 60]),
    maxTokenLength: readNumber('maxTokenLength', maxTokenLength, [256, 65_536]),
    jwks: readJwks(options.jwks),
    cacheSize: readCacheSize(options.cache),
    dpop: readDpop(options.dpop),
    fetch: readFetch(options.fetch),
    clock: readClock(options.clock)
  }
}

const optionNames = {
  issuer: true, audience: true, revocation: true, jwksUri: true, algorithms: true, clockTolerance: true, maxTokenLength: true,
  jwks: true, cache: true, dpop: true, fetch: true, clock: true
} as const

function readJwks(jwks: JwksOptions = {}): Settings['jwks'] {
  mustBeOptions('jwks', jwks, { cacheLifetime: true, cooldown: true, maxStale: true, timeout: true })
  const { cacheLifetime = 300, cooldown = 30, maxStale = 86_400, timeout = 5 } = jwks
  return {
    cacheLifetime: readNumber('jwks.cacheLifetime', cacheLifetime, [1, 86_400]),
    cooldown: readNumber('jwks.cooldown', cooldown, [30, 3600]),
    maxStale: readNumber('jwks.maxStale', maxStale, [0, 604_800]),
    timeout: readNumber('jwks.timeout', timeout, [1, 60])
  }
}

function readCacheSize(cache: CacheOptions = {}): number {
  mustBeOptions('cache', cache, { size: true })
  const { size = 1000 } = cache
  return readNumber('cache.size', size, [0, 1_000_000])
}

function readDpop(dpop: DpopOptions = {}): Settings['dpop'] {
  mustBeOptions('dpop', dpop, { maxAge: true, replaySize: true, algorithms: true })
  const { maxAge = 60, replaySize = 100_000, algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] } = dpop
  return {
    maxAge: readNumber('dpop.maxAge', maxAge, [1, 300]),
    replaySize: readNumber('dpop.replaySize', replaySize, [1000, 10_000_000]),
    algorithms: readAlgorithms('dpop.algorithms', algorithms)
  }
}

function readFetch(own: VerifierFetch = (...request) => globalThis.fetch(...request)): VerifierFetch {
  if (typeof own !== 'function') throw new TypeError('fetch has to be a function, like the runtime\'s own.')
  return own
}

function readClock(own: VerifierClock = createClock()): VerifierClock {
  if (typeof own?.now !== 'function' || typeof own.monotonic !== 'function') {
    throw new TypeError('clock has to have the functions now() and monotonic().')
  }
  return own
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
