import { VerifierError } from './errors.ts'
import { isRecord } from './strict-json.ts'
import type { AccessTokenClaims } from './verifier.ts'

/** What a token claims, judged but for the time (RFC 9068 §4). */
export interface ClaimRules {
  issuer: string
  audience: readonly string[]
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
// JSON has no bounds: 1e400 is read as Infinity. What lies beyond the safe integers is no time.
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(each => typeof each === 'string')

const required: ReadonlyArray<[string, (value: unknown) => boolean]> = [
  ['exp', isTime], ['iat', isTime], ['sub', isText], ['client_id', isText], ['jti', isText]
]

const optional: ReadonlyArray<[string, (value: unknown) => boolean]> = [
  ['nbf', isTime], ['scope', value => typeof value === 'string'], ['grant_id', isText], ['sid', isText], ['auth_time', isTime],
  ['acr', isText], ['amr', isTexts], ['roles', isTexts], ['cnf', isRecord]
]

/** @throws VerifierError token_invalid */
export function readClaims(payload: Record<string, unknown>, { issuer, audience }: ClaimRules): AccessTokenClaims {
  if (payload['iss'] !== issuer) throw invalid('iss is not the issuer')
  if (!isForAudience(payload['aud'], audience)) throw invalid('aud names nobody that this resource server is')
  for (const [name, isRight] of required) {
    if (!isRight(payload[name])) throw invalid(`${name} is missing, or not what it has to be`)
  }
  for (const [name, isRight] of optional) {
    if (payload[name] !== undefined && !isRight(payload[name])) throw invalid(`${name} is not what it has to be`)
  }
  const claims = payload as unknown as AccessTokenClaims
  // Revocations go by both: a token in which they differ could dodge one (docs/revocation-feed.md).
  if (claims.grant_id !== undefined && claims.jti.slice(0, claims.jti.indexOf('.')) !== claims.grant_id) {
    throw invalid('grant_id is not the one in jti')
  }
  return claims
}

function isForAudience(aud: unknown, audience: readonly string[]): boolean {
  if (typeof aud === 'string') return audience.includes(aud)
  return isTexts(aud) && (aud as string[]).some(each => audience.includes(each))
}

function invalid(sentence: string): VerifierError {
  return new VerifierError('token_invalid', `A claim is refused: ${sentence}.`)
}
