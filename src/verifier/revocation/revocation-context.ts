import type { Emitter } from '../emitter.ts'
import type { VerifierClock, VerifierFetch } from '../options.ts'
import type { Platform } from '../platform.ts'
import type { VerifierEvents } from '../verifier.ts'
import type { KeyListener } from './revocation-checker.ts'

/** What a verifier gives its revocation checker. */
export interface RevocationContext {
  /** Without a slash at its end. */
  issuer: string
  /** Seconds. */
  clockTolerance: number
  fetch: VerifierFetch
  clock: VerifierClock
  platform: Platform
  keys: KeyListener
  events: Emitter<VerifierEvents>
  /** The claims of a JWS of this type that a key of the issuer's signs; undefined for any other. Rejects with `keys_unavailable`. */
  verifySigned(token: string, typ: string): Promise<Record<string, unknown> | undefined>
}
