import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import { CountersignError } from '../protocol/errors.ts'
import { clockSkew } from '../protocol/limits.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { Client } from '../stores/clients.ts'
import type { GrantStore } from '../stores/grants.ts'
import type { Act } from '../stores/users.ts'
import type { ReadRefreshToken } from './read-refresh-token.ts'
import { verifyAccessToken } from './verify-access-token.ts'

/**
 * Revocation by the client itself (RFC 7009). What is unknown, expired or no token at all is fine: it is dead. A token of
 * another client is refused and stays alive.
 */
export type RevokeToken = (token: string, client: Client) => Promise<void>

export interface RevokeTokenOptions {
  ring: KeyRing
  grants: GrantStore
  readRefreshToken: ReadRefreshToken
  revoker: Revoker
  clock: Clock
  issuer: string
}

export function createRevokeToken(options: RevokeTokenOptions): RevokeToken {
  const { ring, grants, readRefreshToken, revoker, clock, issuer } = options

  async function endGrant(grantId: string, client: Client): Promise<void> {
    const entry = await grants.revoke(grantId, actOf(client))
    if (entry !== undefined) await revoker.publish([entry])
  }

  async function revokeFamily(token: string, client: Client): Promise<void> {
    const held = await readRefreshToken(token)
    if (held === undefined) return
    requireOwner(held.grant.clientId, client)
    await endGrant(held.grant.id, client)
  }

  return async (token, client) => {
    const verdict = await verifyAccessToken(token, { ring, issuer, now: clock.now() - clockSkew * 1000 })
    if (verdict === 'expired') return
    if (typeof verdict === 'string') return revokeFamily(token, client)
    const { client_id: owner, jti, grant_id: grantId, status } = verdict.claims
    requireOwner(owner, client)
    // Its place in the status list is its grant's, also where its API has been taken off the lists since.
    if (status !== undefined && grantId !== undefined) return endGrant(grantId, client)
    await revoker.revoke('token', jti, actOf(client))
  }
}

const actOf = ({ id }: Client): Act => ({ reason: 'revoked-by-client', actor: `client:${id}` })

function requireOwner(clientId: string, client: Client): void {
  if (clientId !== client.id) {
    throw new CountersignError('unauthorized_client', { reason: 'revoke/token-of-another-client' })
  }
}
