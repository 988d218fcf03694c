import { createBoundedCache } from './bounded-cache.ts'
import { splitScopes } from './check-demands.ts'

/** Clients ask for the same scopes again and again. */
const listsKept = 100

/** What a `scope` names, as one frozen list for all tokens that have it. */
export function createScopeLists(): (scope: string) => readonly string[] {
  const lists = createBoundedCache<readonly string[]>(listsKept)
  return scope => {
    const known = lists.get(scope)
    if (known !== undefined) return known
    const list = Object.freeze(splitScopes(scope))
    lists.set(scope, list)
    return list
  }
}
