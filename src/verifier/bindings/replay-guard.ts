/** Remembers what was used, so that nothing is used twice. */
export interface ReplayGuard {
  /**
   * False when it was used before, and when nobody can tell any more. Atomic.
   * @param madeAt seconds since 1970, as it says itself
   */
  use(id: string, madeAt: number): boolean
}

export interface ReplayGuardOptions {
  /** Milliseconds for which an id is remembered at least. */
  lifetime: number
  /** How many at most; beyond them the older half is forgotten early, and `onOverflow` is told. */
  size: number
  monotonic: () => number
  onOverflow: () => void
}

interface Generation {
  ids: Set<string>
  /** When the last of them was made, by its own word. */
  latest: number
}

/**
 * Two generations: when the older one's time is over it is dropped as a whole. By a clock that is put back what it held would be
 * new again, so nothing is taken that was made no later than what was dropped; while clocks go on, that is too old anyway.
 */
export function createReplayGuard({ lifetime, size, monotonic, onOverflow }: ReplayGuardOptions): ReplayGuard {
  let young = createGeneration()
  let old = createGeneration()
  let bornAt = monotonic()
  let droppedUpTo = -Infinity

  function turn(): void {
    const age = monotonic() - bornAt
    const isFull = young.ids.size >= Math.ceil(size / 2)
    if (age < lifetime && !isFull) return
    if (age < lifetime && old.ids.size > 0) onOverflow()
    // What is forgotten early could still be good, and so could all that is as young: it is told of with the next ones.
    if (age < lifetime) young.latest = Math.max(young.latest, old.latest)
    else droppedUpTo = Math.max(droppedUpTo, old.latest)
    old = young
    // What both would hold is past after a silence of twice the lifetime.
    if (age >= 2 * lifetime) {
      droppedUpTo = Math.max(droppedUpTo, old.latest)
      old = createGeneration()
    }
    young = createGeneration()
    bornAt = monotonic()
  }

  return {
    use(id, madeAt) {
      // Before room is made: or the very use that is one too many would make the oldest good again.
      if (young.ids.has(id) || old.ids.has(id) || madeAt <= droppedUpTo) return false
      turn()
      young.ids.add(id)
      young.latest = Math.max(young.latest, madeAt)
      return true
    }
  }
}

function createGeneration(): Generation {
  return { ids: new Set(), latest: -Infinity }
}
