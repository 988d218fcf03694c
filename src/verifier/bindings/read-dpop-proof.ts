import { algorithms, type AlgorithmName } from '../algorithms.ts'
import { splitCompactToken, type CompactToken } from '../compact-token.ts'
import { VerifierError } from '../errors.ts'
import { judgeKey } from '../keys/judge-key.ts'
import type { Platform, PublicJwk } from '../platform.ts'
import { readHeader } from '../read-header.ts'
import { isRecord, parseStrictJson } from '../strict-json.ts'

/** A DPoP proof (RFC 9449 §4.2), taken apart; neither its signature nor what it says has been checked. */
export interface DpopProof {
  compact: CompactToken
  algorithm: AlgorithmName
  jwk: PublicJwk
  /** RFC 7638, of the key. */
  thumbprint: string
  claims: Record<string, unknown>
}

export interface DpopProofRules {
  maxLength: number
  algorithms: readonly AlgorithmName[]
  platform: Platform
}

const maxDepth = 4

/** @throws VerifierError binding_invalid */
export function readDpopProof(text: string, { maxLength, algorithms: accepted, platform }: DpopProofRules): DpopProof {
  const compact = splitCompactToken(text, maxLength)
  const parse = (start: number, end: number) => parseStrictJson(platform.decodeBase64url(text.slice(start, end)), maxDepth)
  const header = compact && parse(0, compact.headerLength)
  const claims = compact && parse(compact.headerLength + 1, compact.signedLength)
  if (compact === undefined || header === undefined || claims === undefined) throw refusal('is not one JWS in compact form')
  const { alg: algorithm } = readProofHeader(header, accepted)
  const jwk = isRecord(header['jwk']) ? judgeKey(header['jwk'], algorithm) : undefined
  if (jwk === undefined) throw refusal('does not hold the public key that its alg needs')
  return { compact, algorithm, jwk, thumbprint: thumbprintOf(jwk, algorithm, platform), claims }
}

function readProofHeader(header: Record<string, unknown>, accepted: readonly AlgorithmName[]) {
  try {
    return readHeader(header, { typ: 'dpop+jwt', algorithms: accepted, mayHave: 'jwk' })
  } catch (error) {
    throw new VerifierError('binding_invalid', `The DPoP proof is refused. ${(error as Error).message}`, { binding: 'dpop' })
  }
}

/** RFC 7638 §3: the members in their order; none holds a character that JSON would escape. */
function thumbprintOf(jwk: PublicJwk, algorithm: AlgorithmName, platform: Platform): string {
  const members = algorithms[algorithm].members.map(member => [member, jwk[member]])
  return platform.encodeBase64url(platform.sha256(new TextEncoder().encode(JSON.stringify(Object.fromEntries(members)))))
}

export function refusal(sentence: string): VerifierError {
  return new VerifierError('binding_invalid', `The DPoP proof ${sentence}.`, { binding: 'dpop' })
}
