import type { Emitter } from '../../emitter.ts'
import type { VerifierClock } from '../../options.ts'
import type { VerifierEvents } from '../../verifier.ts'
import { createFreshness, type Freshness } from '../freshness.ts'
import type { Views } from '../table/revocation-view.ts'

export interface ViewFreshnessOptions {
  clock: Pick<VerifierClock, 'monotonic'>
  views: Pick<Views, 'serving'>
  /** Seconds. */
  maxStaleness: number
  events: Emitter<VerifierEvents>
}

/** How old the view is, from the moment it was proved to be whole. Monotonic time alone decides: a clock may be put back. */
export function createViewFreshness({ clock, views, maxStaleness, events }: ViewFreshnessOptions): Freshness {
  const age = (): number => {
    const view = views.serving()
    return view === undefined ? Infinity : (clock.monotonic() - view.confirmedAt) / 1000
  }
  return createFreshness({ age, isFresh: () => age() <= maxStaleness, atFirst: 'stale', events })
}
