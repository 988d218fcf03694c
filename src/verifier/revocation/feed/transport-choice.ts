import type { VerifierClock } from '../../options.ts'
import type { Ending } from './feed-session.ts'

/** Streams, or long polling where something on the way breaks streams. */
export interface TransportChoice {
  current(): Transport
  /** How a stream went. */
  note(ending: Pick<Ending, 'isBroken'>): void
}

export type Transport = 'stream' | 'poll'

/** Broken streams in a row after which polling begins: one may have met a restart. */
const tolerated = 2
/** Milliseconds after which a stream is tried again: the way may have been mended. */
const retryAfter = 300_000

export function createTransportChoice(setting: 'auto' | Transport, clock: Pick<VerifierClock, 'monotonic'>): TransportChoice {
  let broken = 0
  let pollUntil = -Infinity
  return {
    current() {
      if (setting !== 'auto') return setting
      return clock.monotonic() < pollUntil ? 'poll' : 'stream'
    },
    note({ isBroken }) {
      broken = isBroken ? broken + 1 : 0
      if (broken < tolerated) return
      pollUntil = clock.monotonic() + retryAfter
      // One stream that is broken still is enough to go on polling.
      broken = tolerated - 1
    }
  }
}
