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
}
