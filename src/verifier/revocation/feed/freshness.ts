import type { Emitter } from '../../emitter.ts'
import type { VerifierClock } from '../../options.ts'
import type { VerifierEvents } from '../../verifier.ts'
import type { Views } from '../table/revocation-view.ts'

/** How old the view is, and who hears when that becomes too much. Monotonic time alone decides: a clock may be put back. */
export interface Freshness {
  /** Seconds; Infinity before the view is proved to be whole. */
  age(): number
  isFresh(): boolean
  /** Looks whether something has changed, and tells. */
  look(): void
}

export interface FreshnessOptions {
  clock: Pick<VerifierClock, 'monotonic'>
  views: Pick<Views, 'serving'>
  /** Seconds. */
  maxStaleness: number
  events: Emitter<VerifierEvents>
}

export function createFreshness({ clock, views, maxStaleness, events }: FreshnessOptions): Freshness {
  let wasFresh = false

  const age = (): number => {
    const view = views.serving()
    return view === undefined ? Infinity : (clock.monotonic() - view.confirmedAt) / 1000
  }
  const isFresh = (): boolean => age() <= maxStaleness

  return {
    age,
    isFresh,
    look() {
      if (isFresh() === wasFresh) return
      wasFresh = !wasFresh
      events.emit(wasFresh ? 'fresh' : 'stale', { age: age() })
    }
  }
}
