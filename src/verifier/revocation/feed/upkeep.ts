import type { Freshness } from '../freshness.ts'
import type { Views } from '../table/revocation-view.ts'
import type { IssuerTime } from '../issuer/issuer-time.ts'

/** What has to be looked after when nothing happens: a view that grows old, and entries that have ended. */
export interface Upkeep {
  start(): void
  stop(): void
}

export interface UpkeepOptions {
  views: Pick<Views, 'serving' | 'followed'>
  time: IssuerTime
  freshness: Freshness
}

/** Milliseconds. */
const interval = 250
/** Looks between two slices of sweeping. */
const sweptEvery = 4

export function createUpkeep({ views, time, freshness }: UpkeepOptions): Upkeep {
  let timer: ReturnType<typeof setInterval> | undefined
  let looks = 0

  function look(): void {
    freshness.look()
    if (++looks % sweptEvery !== 0) return
    for (const view of new Set([views.serving(), views.followed()])) view?.table.sweep(time.forgettable())
  }

  return {
    start() {
      timer = setInterval(look, interval)
    },
    stop: () => clearInterval(timer)
  }
}
