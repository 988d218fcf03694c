import { CountersignError } from '../protocol/errors.ts'
import { selectClaims } from '../protocol/standard-claims.ts'
import type { ProfileStore } from '../stores/profiles.ts'
import type { AccessGate } from './access-gate.ts'
import type { SignJwt } from './sign-jwt.ts'

/**
 * What the userinfo endpoint answers for an access token (OpenID Connect Core §5.3): the claims of its scopes, and those
 * that the grant's `claims` parameter asked for.
 */
export type ReadUserinfo = (token: string) => Promise<Userinfo>

export type Userinfo = { claims: Record<string, unknown> } | { jwt: string }

export interface UserinfoOptions {
  gate: AccessGate
  profiles: ProfileStore
  sign: SignJwt
  issuer: string
}

export function createReadUserinfo({ gate, profiles, sign, issuer }: UserinfoOptions): ReadUserinfo {
  return async token => {
    const verified = await gate.verify(token)
    const { grant_id: grantId, client_id: aud, scope } = verified.claims
    const profile = grantId === undefined ? undefined : await profiles.ofGrant(grantId)
    await gate.admit(verified, profile?.head)
    const scopes = scope?.split(' ') ?? []
    if (!scopes.includes('openid')) throw lacksOpenid()
    if (profile === undefined) throw new CountersignError('invalid_token', { reason: 'userinfo/no-grant' })
    const selected = selectClaims(profile.user, { scopes, requested: profile.claims?.userinfo })
    const claims = { sub: profile.subject, ...selected }
    if (profile.signedResponseAlg === undefined) return { claims }
    // §5.3.2: with these two nobody takes it for another's, or for an answer to another client.
    return { jwt: await sign('JWT', { iss: issuer, aud, ...claims }) }
  }
}

function lacksOpenid(): CountersignError {
  return new CountersignError('insufficient_scope', {
    reason: 'userinfo/scope',
    headers: { 'www-authenticate': 'Bearer realm="countersign", error="insufficient_scope", scope="openid"' }
  })
}
