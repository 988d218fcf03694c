import type { AlgorithmName } from './algorithms.ts'
import type { RevocationOptions } from './revocation/revocation-options.ts'

/** What a verifier is made with. Each TypeError is one of `createVerifier`, at once; its message begins with the option's name. */
export interface VerifierOptions {
  /**
   * The issuer whose tokens are accepted, as it stands in their `iss`, character by character. `https:`, or `http:` on
   * a loopback address, without user, query and fragment; anything else is a TypeError.
   */
  issuer: string
  /** Your own identifier, or several: `aud` of a token has to name one of them, exactly. None, or an empty one, is a TypeError. */
  audience: string | readonly string[]
  /**
   * Where the issuer's keys are. The same schemes as the issuer's, without user and fragment; anything else is a TypeError. Where
   * they cannot be had, `verify` rejects with `keys_unavailable`. @default `<issuer>/.well-known/jwks.json`
   */
  jwksUri?: string
  /** The signature algorithms that are accepted; a key verifies with its own alone. No list of them is a TypeError. @default ['RS256'] */
  algorithms?: readonly AlgorithmName[]
  /** How far clocks may differ, in seconds, 0 to 60; beyond is a TypeError. @default 10 */
  clockTolerance?: number
  /** The longest token that is looked at, in characters, 256 to 65536; beyond is a TypeError. @default 8192 */
  maxTokenLength?: number
  jwks?: JwksOptions
  cache?: CacheOptions
  dpop?: DpopOptions
  /** How revocations get here; required, so that nobody goes without by accident: without it, a TypeError. */
  revocation: RevocationOptions
  /** Instead of the runtime's own; what is no function is a TypeError. @default the runtime's */
  fetch?: VerifierFetch
  /** Instead of the runtime's own clocks, for tests; without both functions, a TypeError. @default the runtime's */
  clock?: VerifierClock
}

/** How the issuer's keys are kept. Times are in seconds. */
export interface JwksOptions {
  /** The age at which keys are fetched again, in the background, 1 to 86400; beyond is a TypeError. @default 300 */
  cacheLifetime?: number
  /** The least time between two requests, whatever asks for them, 30 to 3600; beyond is a TypeError. @default 30 */
  cooldown?: number
  /**
   * How long keys are used that could not be fetched again, 0 to 604800; beyond is a TypeError. After that `verify` rejects with
   * `keys_unavailable`. @default 86400
   */
  maxStale?: number
  /** For one answer, 1 to 60; beyond is a TypeError. @default 5 */
  timeout?: number
}

export interface CacheOptions {
  /** How many tokens that have been verified are kept, 0 to 1000000; beyond is a TypeError. 0 verifies each anew. @default 1000 */
  size?: number
}

/** DPoP proofs (RFC 9449), for tokens that are bound to a key. */
export interface DpopOptions {
  /**
   * The age of a proof, in seconds, 1 to 300, to which the clock tolerance is added; beyond is a TypeError. An older proof is
   * `binding_invalid` at `verify`. @default 60
   */
  maxAge?: number
  /**
   * How many proofs are remembered so that none works twice in this process, 1000 to 10000000; beyond is a TypeError. When more come
   * while they could be good, the older half is forgotten. @default 100000
   */
  replaySize?: number
  /** What proofs may be signed with. An empty list is a TypeError. @default ['RS256', 'PS256', 'ES256', 'EdDSA'] */
  algorithms?: readonly AlgorithmName[]
}

export type VerifierFetch = typeof globalThis.fetch

export interface VerifierClock {
  /** Wall-clock time, milliseconds since 1970. */
  now(): number
  /** Milliseconds that only ever grow. */
  monotonic(): number
}
