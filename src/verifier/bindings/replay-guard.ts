/** Remembers what was used, so that nothing is used twice. */
export interface ReplayGuard {
  /** False when it was used before. Atomic. */
  use(id: string): boolean
}

export interface ReplayGuardOptions {
  /** Milliseconds for which an id is remembered at least. */
  lifetime: number
  /** How many at most; beyond them the older half is forgotten early, and `onOverflow` is told. */
  size: number
  monotonic: () => number
  onOverflow: () => void
}

/** Two generations: when the older one's time is over it is dropped as a whole. */
export function createReplayGuard({ lifetime, size, monotonic, onOverflow }: ReplayGuardOptions): ReplayGuard {
  let young = new Set<string>()
  let old = new Set<string>()
  let bornAt = monotonic()

  function turn(): void {
    const isOver = monotonic() - bornAt >= lifetime
    const isFull = young.size >= Math.ceil(size / 2)
    if (!isOver && !isFull) return
    if (!isOver && old.size > 0) onOverflow()
    old = young
    // What both would hold is past after a silence of twice the lifetime.
    if (monotonic() - bornAt >= 2 * lifetime) old = new Set()
    young = new Set()
    bornAt = monotonic()
  }

  return {
    use(id) {
      // Before room is made: or the very use that is one too many would make the oldest good again.
      if (young.has(id) || old.has(id)) return false
      turn()
      young.add(id)
      return true
    }
  }
}
