/** What was used last, by key: beyond the limit, what was not used for longest is forgotten. */
export interface RecentlyUsed<K, V> {
  get(key: K): V
}

/** @param make what stands under a key that is not there */
export function createRecentlyUsed<K, V>(limit: number, make: () => V): RecentlyUsed<K, V> {
  const held = new Map<K, V>()
  return {
    get(key) {
      const value = held.get(key) ?? make()
      held.delete(key)
      held.set(key, value)
      if (held.size > limit) held.delete(held.keys().next().value!)
      return value
    }
  }
}
