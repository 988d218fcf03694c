import { assembleVerifier } from '../assemble-verifier.ts'
import { webPlatform } from './web-platform.ts'
import type { VerifierOptions } from '../options.ts'
import type { Verifier } from '../verifier.ts'

/**
 * `countersign/verifier` where there is no Node: Deno, workers, Bun. Its types are those of ../index.ts, which says what each of
 * these is: package.json names them for every runtime.
 */

export { VerifierError, statusOf } from '../errors.ts'

export function createVerifier(options: VerifierOptions): Verifier {
  return assembleVerifier(options, webPlatform)
}
