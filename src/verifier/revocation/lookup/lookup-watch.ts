import { createFreshness, type Freshness } from '../freshness.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { AskedBatch } from './lookups.ts'

/** Whether the service answers those who ask about every token. */
export interface LookupWatch extends Pick<Freshness, 'age' | 'isFresh'> {
  note(batch: AskedBatch): void
}

export function createLookupWatch({ clock, events }: Pick<RevocationContext, 'clock' | 'events'>): LookupWatch {
  let isAnswered = true
  let answeredAt = -Infinity
  const { age, isFresh, look } = createFreshness({
    age: () => (clock.monotonic() - answeredAt) / 1000,
    isFresh: () => isAnswered,
    // Before the first question nothing says that it would not be answered.
    atFirst: 'fresh',
    events
  })

  return {
    age,
    isFresh,
    note({ at, error }) {
      // One that failed late says nothing of the service since a later one was answered.
      if (error !== undefined && at < answeredAt) return
      // Each tick has a question: the first that fails tells why, and the rest are counted.
      if (error !== undefined && isAnswered) events.emit('error', { error, during: 'revocation' })
      isAnswered = error === undefined
      if (isAnswered) answeredAt = Math.max(answeredAt, at)
      look()
    }
  }
}
