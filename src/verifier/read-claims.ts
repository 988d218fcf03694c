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

/** @throws VerifierError token_invalid */
export function readClaims(payload: Record<string, unknown>, { issuer, audience }: ClaimRules): AccessTokenClaims {
  demand(payload['iss'] === issuer, 'iss')
  demand(isForAudience(payload['aud'], audience), 'aud')
  demand(isTime(payload['exp']), 'exp')
  demand(isTime(payload['iat']), 'iat')
  demand(isText(payload['sub']), 'sub')
  demand(isText(payload['client_id']), 'client_id')
  demand(isText(payload['jti']), 'jti')
  demandOptional(payload)
  const claims = payload as unknown as AccessTokenClaims
  // Revocations go by both: a token in which they differ could dodge one (docs/revocation-feed.md).
  demand(claims.grant_id === undefined || claims.jti.slice(0, claims.jti.indexOf('.')) === claims.grant_id, 'grant_id')
  return claims
}

function demandOptional({ nbf, scope, grant_id: grantId, sid, auth_time: authTime, acr, amr, roles, cnf }: Record<string, unknown>): void {
  demand(nbf === undefined || isTime(nbf), 'nbf')
  demand(scope === undefined || typeof scope === 'string', 'scope')
  demand(grantId === undefined || isText(grantId), 'grant_id')
  demand(sid === undefined || isText(sid), 'sid')
  demand(authTime === undefined || isTime(authTime), 'auth_time')
  demand(acr === undefined || isText(acr), 'acr')
  demand(amr === undefined || isTexts(amr), 'amr')
  demand(roles === undefined || isTexts(roles), 'roles')
  demand(cnf === undefined || isRecord(cnf), 'cnf')
}

function isForAudience(aud: unknown, audience: readonly string[]): boolean {
  if (typeof aud === 'string') return audience.includes(aud)
  return isTexts(aud) && (aud as string[]).some(each => audience.includes(each))
}

function demand(isRight: boolean, claim: string): void {
  if (!isRight) throw new VerifierError('token_invalid', `The claim ${claim} is missing, or not what this resource server accepts.`)
}
