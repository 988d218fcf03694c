import type { Clock } from '../ports/clock.ts'
import { acrOf } from '../protocol/acr.ts'
import { claimsAskedFor } from '../protocol/claims-request.ts'
import { buildIdTokenClaims, idTokenLifetime } from '../protocol/id-token.ts'
import { selectClaims } from '../protocol/standard-claims.ts'
import type { GrantState } from '../stores/grants.ts'
import type { UserStore } from '../stores/users.ts'
import type { SignJwt } from './sign-jwt.ts'

/** Signs the ID token of a grant. The ordinary one says nothing about the user and needs no database. */
export type IssueIdToken = (grant: IdTokenGrant, request: IdTokenRequest) => Promise<string>

/** What of a grant an ID token tells; the grant need not be stored yet. */
export type IdTokenGrant = Pick<GrantState, 'userId' | 'subject' | 'sessionId' | 'authTime' | 'amr' | 'claims'>

export interface IdTokenRequest {
  clientId: string
  /** The authorization request's, where it had one; never at a refresh (OpenID Connect Core §12.2). */
  nonce?: string | undefined
  /** What is issued with it. */
  accessToken: string
}

export interface IssueIdTokenOptions {
  sign: SignJwt
  clock: Clock
  issuer: string
  users: Pick<UserStore, 'find'>
}

export function createIssueIdToken({ sign, clock, issuer, users }: IssueIdTokenOptions): IssueIdToken {
  async function findRequested({ userId, claims }: IdTokenGrant): Promise<Record<string, unknown>> {
    const requested = claims?.id_token
    if (claimsAskedFor({ id_token: requested ?? {} }).length === 0) return {}
    const user = await users.find({ id: userId })
    return user === undefined ? {} : selectClaims(user, { scopes: [], requested })
  }

  return async (grant, { clientId, nonce, accessToken }) => sign('JWT', buildIdTokenClaims({
    issuer, clientId, nonce, accessToken,
    subject: grant.subject,
    issuedAt: Math.floor(clock.now() / 1000),
    lifetime: idTokenLifetime,
    authTime: Math.floor(grant.authTime.getTime() / 1000),
    amr: grant.amr,
    acr: acrOf(grant.amr),
    sessionId: grant.sessionId,
    requested: await findRequested(grant)
  }))
}
