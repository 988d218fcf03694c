/**
 * Keeps what was used last. Two maps instead of a list: what is asked for in the older one moves to the younger, and when
 * that is half the size, the older one is dropped as a whole. So a hit costs one look, and order costs nothing.
 */
export interface BoundedCache<Value, Key = string> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  delete(key: Key): void
}

/** @param size the most that is ever kept; with 0 nothing is */
export function createBoundedCache<Value, Key = string>(size: number): BoundedCache<Value, Key> {
  const half = Math.ceil(size / 2)
  let young = new Map<Key, Value>()
  let old = new Map<Key, Value>()

  function set(key: Key, value: Value): void {
    if (size === 0) return
    if (young.size >= half && !young.has(key)) {
      old = size === 1 ? new Map<Key, Value>() : young
      young = new Map()
    }
    young.set(key, value)
  }

  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    delete(key) {
      young.delete(key)
      old.delete(key)
    }
  }
}
