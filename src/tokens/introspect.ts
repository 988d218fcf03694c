import type { Client } from '../stores/clients.ts'
import type { CheckAccessTokens } from './check-access-token.ts'
import type { ReadRefreshToken } from './read-refresh-token.ts'

/**
 * Introspection (RFC 7662): a resource server learns only of tokens meant for it, a client only of its own. Everything
 * else is exactly `{ "active": false }`.
 */
export type Introspect = (token: string, caller: Client) => Promise<Introspection>

export type Introspection = { active: false } | { active: true; [member: string]: unknown }

export interface IntrospectOptions {
  check: CheckAccessTokens
  readRefreshToken: ReadRefreshToken
  issuer: string
}

const inactive: Introspection = { active: false }

const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000)

export function createIntrospect({ check, readRefreshToken, issuer }: IntrospectOptions): Introspect {
  async function introspectRefreshToken(token: string, caller: Client): Promise<Introspection> {
    const held = await readRefreshToken(token)
    if (held === undefined || !held.isCurrent || held.grant.clientId !== caller.id) return inactive
    const { grant } = held
    const issuedAt = seconds(grant.issuedAt)
    return {
      // It is for us alone (RFC 6749 §1.5): nobody is to take it for an access token by finding itself in `aud`, nor by a
      // `token_type`, which says how access tokens are used (§7.1). It is opaque and has no `jti`.
      active: true, iss: issuer, sub: grant.subject, aud: issuer, client_id: grant.clientId, token_use: 'refresh_token',
      ...(grant.scopes.length > 0 && { scope: grant.scopes.join(' ') }),
      iat: issuedAt, nbf: issuedAt, exp: seconds(grant.endsAt)
    }
  }

  return async (token, caller) => {
    const [checked] = (await check([token])).tokens
    if (checked?.verified === undefined) return introspectRefreshToken(token, caller)
    const { claims } = checked.verified
    const registered = caller.audience.length > 0 ? caller.audience : [issuer]
    const isMeantForCaller = [claims.aud].flat().some(audience => registered.includes(audience)) &&
      (claims.client_id === caller.id || mayAskForOthers(caller))
    if (checked.revocation.revoked || !isMeantForCaller) return inactive
    return { active: true, token_type: 'Bearer', ...claims, nbf: claims.iat }
  }
}

/**
 * The issuer is the audience of whoever has none: of a service that an operator runs beside it, which answers for what it
 * is sent. An application that signs users in is nobody's resource server unless its registration names what it serves,
 * and nobody has made one of a client that registered itself (RFC 7662 §4).
 */
function mayAskForOthers({ audience, grantTypes, registrationTokenHash }: Client): boolean {
  if (registrationTokenHash !== undefined) return false
  return audience.length > 0 || !grantTypes.includes('authorization_code')
}
