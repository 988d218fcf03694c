import type { AccessTokenClaims } from '../protocol/claims.ts'
import { CountersignError } from '../protocol/errors.ts'
import { selectClaims } from '../protocol/standard-claims.ts'
import type { ProfileStore } from '../stores/profiles.ts'
import type { SignJwt } from './sign-jwt.ts'

/**
 * What the userinfo endpoint answers for a token that was checked (OpenID Connect Core §5.3): the claims of its scopes, and
 * those that the grant's `claims` parameter asked for.
 */
export type ReadUserinfo = (access: AccessTokenClaims) => Promise<Userinfo>

export type Userinfo = { claims: Record<string, unknown> } | { jwt: string }

export interface UserinfoOptions {
  profiles: ProfileStore
  sign: SignJwt
  issuer: string
}

export function createReadUserinfo({ profiles, sign, issuer }: UserinfoOptions): ReadUserinfo {
  return async access => {
    const scopes = access.scope?.split(' ') ?? []
    if (!scopes.includes('openid')) throw lacksOpenid()
    const profile = access.grant_id === undefined ? undefined : await profiles.ofGrant(access.grant_id)
    if (profile === undefined) throw new CountersignError('invalid_token', { reason: 'userinfo/no-grant' })
    const selected = selectClaims(profile.user, { scopes, requested: profile.claims?.userinfo })
    const claims = { sub: profile.subject, ...selected }
    if (profile.signedResponseAlg === undefined) return { claims }
    // §5.3.2: with these two nobody takes it for another's, or for an answer to another client.
    return { jwt: await sign('JWT', { iss: issuer, aud: access.client_id, ...claims }) }
  }
}

function lacksOpenid(): CountersignError {
  return new CountersignError('insufficient_scope', {
    reason: 'userinfo/scope',
    headers: { 'www-authenticate': 'Bearer realm="countersign", error="insufficient_scope", scope="openid"' }
  })
}
