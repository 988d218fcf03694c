import { sha256 } from './sha256.ts'

/** The claims of an ID token (OpenID Connect Core §2): who signed in where, when and how. Times are seconds since 1970. */

/** Seconds. It is read once, right after it was issued. */
export const idTokenLifetime = 600

export interface IdTokenClaims {
  iss: string
  sub: string
  aud: string
  exp: number
  iat: number
  auth_time: number
  nonce?: string
  at_hash: string
  acr?: string
  amr: string[]
  sid: string
}

export interface IdTokenSource {
  issuer: string
  clientId: string
  subject: string
  issuedAt: number
  /** Seconds. */
  lifetime: number
  authTime: number
  amr: string[]
  acr: string | undefined
  sessionId: string
  /** As the authorization request sent it. */
  nonce: string | undefined
  accessToken: string
  /** Claims about the user that `claims.id_token` asks for; none of them can stand in for one of ours. */
  requested: Record<string, unknown>
}

export function buildIdTokenClaims(source: IdTokenSource): IdTokenClaims & Record<string, unknown> {
  const { nonce, acr } = source
  return {
    ...source.requested,
    iss: source.issuer,
    sub: source.subject,
    aud: source.clientId,
    exp: source.issuedAt + source.lifetime,
    iat: source.issuedAt,
    auth_time: source.authTime,
    ...(nonce !== undefined && { nonce }),
    at_hash: leftHalfHash(source.accessToken),
    ...(acr !== undefined && { acr }),
    amr: source.amr,
    sid: source.sessionId
  }
}

/** The left half of SHA-256 over the token's ASCII, for RS256 (§3.1.3.6). */
export function leftHalfHash(token: string): string {
  return sha256(token).subarray(0, 16).toString('base64url')
}
