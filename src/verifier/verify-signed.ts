import type { AlgorithmName } from './algorithms.ts'
import { splitCompactToken } from './compact-token.ts'
import { VerifierError } from './errors.ts'
import type { KeySource } from './keys/key-source.ts'
import type { Platform } from './platform.ts'
import { readHeader } from './read-header.ts'
import { parseStrictJson } from './strict-json.ts'

export interface VerifySignedOptions {
  keys: Pick<KeySource, 'find' | 'renew'>
  platform: Pick<Platform, 'decodeBase64url'>
  algorithms: readonly AlgorithmName[]
}

const maxDepth = 8
/** A status list of a million tokens, and room. */
const maxLength = 8 * 1024 * 1024

/**
 * Verifies what else the issuer signs: the same keys and the same rules as for access tokens, another type.
 * Answers the claims, or undefined where it is not the issuer's; rejects with `keys_unavailable`.
 * When another key signs than before, the keys are asked for again: the former one may have been compromised.
 */
export function createVerifySigned({ keys, platform, algorithms }: VerifySignedOptions) {
  let signer: string | undefined

  function noteSigner(kid: string): void {
    if (signer === undefined || signer !== kid && keys.renew()) signer = kid
  }

  const parse = (segment: string) => parseStrictJson(platform.decodeBase64url(segment), maxDepth)

  return async (token: string, typ: string): Promise<Record<string, unknown> | undefined> => {
    const compact = splitCompactToken(token, maxLength)
    const header = compact && parse(token.slice(0, compact.headerLength))
    const kid = header?.['kid']
    if (compact === undefined || header === undefined || typeof kid !== 'string') return undefined
    try {
      const { alg } = readHeader(header, { typ, algorithms })
      const key = await keys.find(kid)
      const isSigned = key?.algorithm === alg && await key.open.verify(compact)
      if (!isSigned) return undefined
      noteSigner(kid)
      return parse(token.slice(compact.headerLength + 1, compact.signedLength))
    } catch (error) {
      if (error instanceof VerifierError && error.code === 'token_invalid') return undefined
      throw error
    }
  }
}
