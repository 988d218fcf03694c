import { findRevocation, isConsistent, type RevocableClaims } from '../protocol/revocation-rules.ts'
import type { ClientStore } from '../stores/clients.ts'
import type { GrantStore } from '../stores/grants.ts'
import type { JournalHead } from '../stores/journal.ts'
import type { RevocationList } from './list.ts'
import { createResolveOwners } from './resolve-owners.ts'
import { targets } from './targets/index.ts'

/**
 * Answers whether tokens are revoked, never "no" for what was not fully checked: the list is confirmed once per batch,
 * and claims that the caller left out are looked up from the `jti`.
 */
export interface Lookup {
  check(batch: readonly LookupClaims[]): Promise<LookupResult>
  /**
   * For the claims of verified tokens alone: what they leave out they do not have, and nothing is looked up. `head` as
   * `confirm` of the list takes it.
   */
  checkWhole(batch: readonly LookupClaims[], head?: JournalHead): Promise<LookupResult>
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
  const resolveOwners = createResolveOwners({ grants, clients })

  function answer(claims: LookupClaims | undefined): LookupAnswer {
    if (claims === undefined || !isConsistent(claims)) return invalid
    if (claims.kid !== undefined && !isTrustedKey(claims.kid)) return { revoked: true, target: 'key' }
    const hit = findRevocation(claims, targets, list.find)
    if (hit === undefined) return good
    return { revoked: true, target: hit.target, since: Math.floor(hit.entry.since / 1000) }
  }

  async function answerAll(batch: ReadonlyArray<LookupClaims | undefined>, head?: JournalHead): Promise<LookupResult> {
    const seq = await list.confirm(head)
    return { seq, answers: batch.map(answer) }
  }

  return {
    check: async batch => answerAll(await resolveOwners(batch)),
    checkWhole: answerAll
  }
}
