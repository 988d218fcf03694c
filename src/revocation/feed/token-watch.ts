import { findRevocation, type RevocableClaims } from '../../protocol/revocation-rules.ts'
import type { RevocationList } from '../list.ts'
import { targets } from '../targets/index.ts'

/** Whose own tokens a revocation ends: found by what it names, without a look at everybody else's. */
export interface TokenWatch<Holder> {
  add(holder: Holder): void
  delete(holder: Holder): void
  /** Those whose token such an entry may have ended, and has. */
  endedBy(entry: { target: string; value: string }): Holder[]
}

export function createTokenWatch<Holder extends { claims: RevocableClaims }>(
  list: Pick<RevocationList, 'find'>
): TokenWatch<Holder> {
  const byName = new Map<string, Set<Holder>>()

  return {
    add(holder) {
      for (const name of namesOf(holder.claims)) {
        const holders = byName.get(name)
        if (holders === undefined) byName.set(name, new Set([holder]))
        else holders.add(holder)
      }
    },
    delete(holder) {
      for (const name of namesOf(holder.claims)) {
        const holders = byName.get(name)
        holders?.delete(holder)
        if (holders?.size === 0) byName.delete(name)
      }
    },
    endedBy: ({ target, value }) =>
      [...byName.get(nameOf(target, value)) ?? []].filter(({ claims }) => isRevoked(claims, list))
  }
}

export function isRevoked(claims: RevocableClaims, list: Pick<RevocationList, 'find'>): boolean {
  return findRevocation(claims, targets, list.find) !== undefined
}

const nameOf = (kind: string, value: string): string => `${kind} ${value}`

function namesOf(claims: RevocableClaims): string[] {
  return targets.flatMap(target => {
    const value = target.valueOf(claims)
    return value === undefined ? [] : nameOf(target.kind, value)
  })
}
