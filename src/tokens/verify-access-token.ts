import type { AccessTokenClaims } from '../protocol/claims.ts'
import { isConsistent, type RevocableClaims } from '../protocol/revocation-rules.ts'
import { verifyJwt, type JwtContext, type JwtFault } from './verify-jwt.ts'

/** Whether a string is an access token of ours, alive by the clock. Says nothing of revocation. */

export type VerifiedToken = { claims: AccessTokenClaims; kid: string }
export type TokenVerdict = VerifiedToken | JwtFault | 'not-ours' | 'expired'

export interface VerifyContext extends JwtContext {
  issuer: string
  /** Milliseconds since 1970. */
  now: number
}

export async function verifyAccessToken(token: string, context: VerifyContext): Promise<TokenVerdict> {
  const verdict = await verifyJwt(token, 'at+jwt', context)
  if (typeof verdict === 'string') return verdict
  // Only what this service signed comes this far, so the members have the types that the mint gives them.
  const claims = verdict.claims as unknown as AccessTokenClaims
  if (claims.iss !== context.issuer || !isConsistent(claims)) return 'not-ours'
  return claims.exp * 1000 <= context.now ? 'expired' : { claims, kid: verdict.kid }
}

/** What the revocation list is asked about a verified token. */
export function revocableClaimsOf({ claims, kid }: VerifiedToken): RevocableClaims {
  const { jti, iat, sub, client_id } = claims
  const found: RevocableClaims = { jti, iat, sub, client_id, kid }
  if (claims.grant_id !== undefined) found.grant_id = claims.grant_id
  if (claims.sid !== undefined) found.sid = claims.sid
  return found
}
