import type { VerifierClock } from '../../options.ts'

/**
 * When an entry may be forgotten. Its end is told on the service's clock, and the clock of this machine may be put forward
 * and back again: what was forgotten in between would be missing then. So both clocks have to agree that it is over; the
 * service's is read from its answers, and goes on by monotonic time.
 */
export interface IssuerTime {
  note(response: Response): void
  /** Seconds since 1970: what ended before is over by any clock. */
  forgettable(): number
}

/** The contract's own margin. */
const margin = 60
/** Where the service's clock is not known: more than anybody's clock is wrong by. */
const blindMargin = 3600

export function createIssuerTime(clock: VerifierClock): IssuerTime {
  let seen: { wall: number; at: number } | undefined
  return {
    note(response) {
      const wall = Date.parse(response.headers.get('date') ?? '')
      if (!Number.isNaN(wall)) seen = { wall, at: clock.monotonic() }
    },
    forgettable() {
      const own = clock.now()
      if (seen === undefined) return Math.floor(own / 1000) - blindMargin
      return Math.floor(Math.min(own, seen.wall + clock.monotonic() - seen.at) / 1000) - margin
    }
  }
}
