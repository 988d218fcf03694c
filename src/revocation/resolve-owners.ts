import { clientOriginOfJti, grantIdOfJti } from '../protocol/identifiers.ts'
import type { ClientStore } from '../stores/clients.ts'
import type { GrantStore } from '../stores/grants.ts'
import type { LookupClaims } from './lookup.ts'

/**
 * Fills in who tokens belong to, from what their `jti` says: two queries at most, however many tokens. Undefined for
 * those that belong to nobody, or to someone other than the caller says.
 */
export type ResolveOwners = (batch: readonly LookupClaims[]) => Promise<Array<LookupClaims | undefined>>

export interface ResolveOwnersOptions {
  grants: GrantStore
  clients: ClientStore
}

export function createResolveOwners({ grants, clients }: ResolveOwnersOptions): ResolveOwners {
  async function findGrantOwners(ids: string[]): Promise<Map<string, Partial<LookupClaims>>> {
    const owners = ids.length === 0 ? [] : await grants.findOwners(ids)
    return new Map(owners.map(({ grantId, sessionId, subject, clientId }) =>
      [grantId, { grant_id: grantId, ...(sessionId !== undefined && { sid: sessionId }), sub: subject, client_id: clientId }]))
  }

  async function findClients(tags: string[]): Promise<Map<string, Partial<LookupClaims>>> {
    const found = tags.length === 0 ? [] : await clients.list(tags)
    return new Map(found.map(({ tag, id }) => [tag, { client_id: id, sub: id }]))
  }

  return async batch => {
    const unresolved = batch.filter(isIncomplete)
    if (unresolved.length === 0) return [...batch]
    const [owners, byTag] = await Promise.all([
      findGrantOwners(distinct(unresolved, ({ jti }) => grantIdOfJti(jti))),
      findClients(distinct(unresolved, ({ jti }) => clientOriginOfJti(jti)?.clientTag))
    ])
    return batch.map(claims => {
      if (!isIncomplete(claims)) return claims
      const grantId = grantIdOfJti(claims.jti)
      const known = grantId === undefined ? byTag.get(clientOriginOfJti(claims.jti)!.clientTag) : owners.get(grantId)
      return known && complete(claims, known)
    })
  }
}

function distinct(batch: readonly LookupClaims[], read: (claims: LookupClaims) => string | undefined): string[] {
  return [...new Set(batch.flatMap(claims => read(claims) ?? []))]
}

/** Adds what is known of a token; undefined when the caller says otherwise: no token of ours has such claims. */
function complete(claims: LookupClaims, known: Partial<LookupClaims>): LookupClaims | undefined {
  const agrees = Object.entries(known).every(([name, value]) => {
    const said = claims[name as keyof LookupClaims]
    return said === undefined || said === value
  })
  return agrees ? { ...claims, ...known } : undefined
}

/** A token of a grant is known by four names, a token of a client by one. */
function isIncomplete({ jti, sub, sid, client_id: clientId }: LookupClaims): boolean {
  if (grantIdOfJti(jti) !== undefined) return sub === undefined || sid === undefined || clientId === undefined
  return clientOriginOfJti(jti) !== undefined && clientId === undefined
}
