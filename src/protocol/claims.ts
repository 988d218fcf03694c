import type { StatusClaim } from './status-list.ts'
import { acrOf } from './acr.ts'

/** The claims of our access tokens (RFC 9068) and how they are put together. Times are whole seconds since 1970. */

export interface AccessTokenClaims {
  iss: string
  sub: string
  /** One string when there is one audience. */
  aud: string | string[]
  client_id: string
  iat: number
  exp: number
  jti: string
  scope?: string
  grant_id?: string
  sid?: string
  roles?: string[]
  auth_time?: number
  acr?: string
  amr?: string[]
  status?: StatusClaim
}

/** What a grant says of its user, as far as a token shows it. */
export interface SubjectClaims {
  grantId: string
  /** The user's id, or a pairwise subject. */
  subject: string
  /** Undefined where the grant outlives its session: the token does not end with it. */
  sessionId: string | undefined
  roles: string[]
  authTime: number
  amr: string[]
  /** Where an API of the audience has a status list. */
  status?: StatusClaim | undefined
}

export interface AccessTokenRequest {
  issuer: string
  clientId: string
  audience: readonly string[]
  scopes: readonly string[]
  /** Absent for client credentials, where the client itself is the subject. */
  subject?: SubjectClaims | undefined
  jti: string
  issuedAt: number
  lifetime: number
}

export function buildAccessTokenClaims(request: AccessTokenRequest): AccessTokenClaims {
  const { subject } = request
  const claims: AccessTokenClaims = {
    iss: request.issuer,
    sub: subject?.subject ?? request.clientId,
    aud: request.audience.length === 1 ? request.audience[0]! : [...request.audience],
    client_id: request.clientId,
    iat: request.issuedAt,
    exp: request.issuedAt + request.lifetime,
    jti: request.jti
  }
  if (request.scopes.length > 0) claims.scope = request.scopes.join(' ')
  if (subject !== undefined) addSubject(claims, subject)
  return claims
}

function addSubject(claims: AccessTokenClaims, subject: SubjectClaims): void {
  claims.grant_id = subject.grantId
  if (subject.sessionId !== undefined) claims.sid = subject.sessionId
  claims.roles = subject.roles
  // RFC 9470 §6: by `acr` and `auth_time` a resource server tells whether it has to ask for more.
  claims.auth_time = subject.authTime
  const acr = acrOf(subject.amr)
  if (acr !== undefined) claims.acr = acr
  claims.amr = subject.amr
  if (subject.status !== undefined) claims.status = subject.status
}

export function includesAudience(claims: Pick<AccessTokenClaims, 'aud'>, audience: string): boolean {
  return typeof claims.aud === 'string' ? claims.aud === audience : claims.aud.includes(audience)
}
