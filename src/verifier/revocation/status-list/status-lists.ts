import { createKeptStatusList, type KeptStatusList, type StatusListRules } from './kept-status-list.ts'
import type { StatusList } from './status-list.ts'

/** The lists that tokens have named, each fetched once for all of them. */
export interface StatusLists {
  /** A promise only where it has to be fetched. Throws, or rejects, where there is none that may be used. */
  find(uri: string): StatusList | Promise<StatusList>
  count(): number
  /** Whether every list that somebody needs is there. */
  areUsable(): boolean
  /** Seconds, of the oldest; Infinity without one. */
  age(): number
}

const maxLists = 1000
/** Bytes of all lists together. */
const maxSize = 64 * 1024 * 1024

export function createStatusLists(rules: StatusListRules): StatusLists {
  const lists = new Map<string, KeptStatusList>()

  function makeRoom(): void {
    let size = 0
    for (const list of lists.values()) size += list.byteLength()
    for (const [uri, list] of lists) {
      if (lists.size <= maxLists && size <= maxSize) return
      size -= list.byteLength()
      lists.delete(uri)
    }
  }

  return {
    count: () => lists.size,
    areUsable() {
      for (const list of lists.values()) if (list.isLost()) return false
      return true
    },
    age: () => lists.size === 0 ? Infinity : Math.max(...[...lists.values()].map(list => list.age())),
    find(uri) {
      const known = lists.get(uri)
      const list = known ?? createKeptStatusList(uri, rules)
      // The one that was used last stands at the end.
      lists.delete(uri)
      lists.set(uri, list)
      if (known === undefined) makeRoom()
      return list.find()
    }
  }
}
