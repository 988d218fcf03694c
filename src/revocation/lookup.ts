import { findRevocation, isConsistent, type RevocableClaims } from '../protocol/revocation-rules.ts'
import { clientOriginOfJti, grantIdOfJti } from '../protocol/identifiers.ts'
import type { ClientStore } from '../stores/clients.ts'
import type { GrantStore } from '../stores/grants.ts'
import type { RevocationList } from './list.ts'
import { targets } from './targets/index.ts'

/**
 * Answers whether tokens are revoked, never "no" for what was not fully checked: the list is confirmed once per batch,
 * and claims that the caller left out are looked up from the `jti`.
 */
export interface Lookup {
  check(batch: readonly LookupClaims[]): Promise<LookupResult>
}

/** What the caller knows of a token. `kid` undefined skips the check of the key: a `jti` alone does not name it. */
export type LookupClaims = RevocableClaims

export interface LookupAnswer {
  revoked: boolean
  /** Which kind of target covers the token, or `invalid` where no token of ours looks like that. */
  target?: string
  /** Seconds since 1970. */
  since?: number
}

export interface LookupResult {
  /** The journal sequence that the answers stand for. */
  seq: number
  answers: LookupAnswer[]
}

export interface LookupOptions {
  list: RevocationList
  grants: GrantStore
  clients: ClientStore
  /** Whether a key is in the key ring: what is not is revoked. */
  isTrustedKey(kid: string): boolean
}

const invalid: LookupAnswer = Object.freeze({ revoked: true, target: 'invalid' })
const good: LookupAnswer = Object.freeze({ revoked: false })

export function createLookup({ list, grants, clients, isTrustedKey }: LookupOptions): Lookup {
  /** Fills in who the tokens belong to; undefined for those that belong to nobody. */
  async function resolve(batch: readonly LookupClaims[]): Promise<Array<LookupClaims | undefined>> {
    const unresolved = batch.filter(isIncomplete)
    if (unresolved.length === 0) return [...batch]
    const grantIds = [...new Set(unresolved.flatMap(claims => grantIdOfJti(claims.jti) ?? []))]
    const owners = new Map((grantIds.length === 0 ? [] : await grants.findOwners(grantIds)).map(owner => [owner.grantId, owner]))
    return Promise.all(batch.map(async claims => {
      if (!isIncomplete(claims)) return claims
      const grantId = grantIdOfJti(claims.jti)
      if (grantId === undefined) return resolveClient(claims)
      const owner = owners.get(grantId)
      return owner && complete(claims, {
        grant_id: grantId, sid: owner.sessionId, sub: owner.userId, client_id: owner.clientId
      })
    }))
  }

  async function resolveClient(claims: LookupClaims): Promise<LookupClaims | undefined> {
    const origin = clientOriginOfJti(claims.jti)
    const client = origin && await clients.find({ tag: origin.clientTag })
    return client && complete(claims, { client_id: client.id, sub: client.id })
  }

  function answer(claims: LookupClaims | undefined): LookupAnswer {
    if (claims === undefined || !isConsistent(claims)) return invalid
    if (claims.kid !== undefined && !isTrustedKey(claims.kid)) return { revoked: true, target: 'key' }
    const hit = findRevocation(claims, targets, list.find)
    if (hit === undefined) return good
    return { revoked: true, target: hit.target, since: Math.floor(hit.entry.since / 1000) }
  }

  return {
    async check(batch) {
      const resolved = await resolve(batch)
      const seq = await list.confirm()
      return { seq, answers: resolved.map(answer) }
    }
  }
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
