/**
 * Keeps what was used last. Two maps instead of a list: what is asked for in the older one moves to the younger, and when
 * that is half the size, the older one is dropped as a whole. So a hit costs one look, and order costs nothing.
 */
export interface BoundedCache<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
  readonly size: number
}

/** @param size the most that is ever kept; with 0 nothing is */
export function createBoundedCache<Value>(size: number): BoundedCache<Value> {
  const half = Math.ceil(size / 2)
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()

  function set(key: string, value: Value): void {
    if (size === 0) return
    if (young.size >= half && !young.has(key)) {
      old = size === 1 ? new Map<string, Value>() : young
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
    },
    get size() { return young.size + old.size }
  }
}
