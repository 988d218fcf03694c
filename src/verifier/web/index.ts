import { assembleVerifier } from '../assemble-verifier.ts'
import { webPlatform } from './web-platform.ts'
import type { VerifierOptions } from '../options.ts'
import type { Verifier } from '../verifier.ts'

/** `countersign/verifier` where there is no Node: Deno, workers, Bun. ../index.ts says what each of these is. */

export { VerifierError, statusOf, type VerifierErrorCode } from '../errors.ts'
export type * from '../options.ts'
export type * from '../verifier.ts'
export type * from '../revocation/revocation-options.ts'
export type { AlgorithmName } from '../algorithms.ts'
export type { RevocationHealth, RevocationState, WhenStale } from '../revocation/revocation-checker.ts'

/**
 * A verifier for one issuer's tokens at one resource server. It begins to follow revocations at once and fetches keys when
 * they are first needed, or when {@link Verifier.ready} is called. One per process and audience is enough: it holds the caches.
 *
 * ```ts
 * const verifier = createVerifier({ issuer: 'https://id.example', audience: 'https://orders.example',
 *   revocation: { mode: 'feed', clientId, clientSecret } })
 * const { claims } = await verifier.verify(bearerToken, { scope: 'orders:read' })
 * ```
 *
 * @throws TypeError that names the option which cannot work
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return assembleVerifier(options, webPlatform)
}
