import type { Acknowledgement, Subscription, VerifierStore, WhenStale } from '../stores/verifiers.ts'
import { createInBatches } from './in-batches.ts'

/**
 * The verifiers that follow the feed, by client and the name that each gives itself: they count as lagging from the moment they
 * appear until they acknowledge. Many speak at once, after each revocation: what they say is kept in batches.
 */
export interface Subscribers {
  /** A named subscriber has appeared. Rejects with `temporarily_unavailable` when that cannot be kept. */
  note(clientId: string, subscriber: Subscriber): Promise<void>
  /** Resolves when it is kept; 'unknown' when the point is not of this journal. */
  acknowledge(acknowledgement: Acknowledgement): Promise<'kept' | 'unknown'>
  /** One says goodbye and is not waited for any more. */
  leave(clientId: string, instance: string): Promise<void>
}

/** What a subscriber may do with a view that is too old. */
export const stalenessPolicies = ['lookup', 'reject', 'accept'] as const satisfies readonly WhenStale[]

/** How a subscriber introduces itself. */
export interface Subscriber {
  /** 1 to 100 characters of `A-Z a-z 0-9 . _ : -`. */
  instance: string
  /** Seconds. */
  maxStaleness: number | undefined
  whenStale: WhenStale | undefined
}

const maxBatch = 1000

const nameOf = ({ clientId, instance }: { clientId: string; instance: string }): string => JSON.stringify([clientId, instance])

export function createSubscribers(store: VerifierStore): Subscribers {
  const note = createInBatches<Subscription, undefined>({
    write: async batch => {
      await store.note(batch)
      return []
    },
    keyOf: nameOf, maxSize: maxBatch
  })
  return {
    note: (clientId, subscriber) => note({ clientId, ...subscriber }),
    acknowledge: createInBatches({ write: store.acknowledge, keyOf: nameOf, maxSize: maxBatch }),
    leave: (clientId, instance) => store.forget({ clientId, instance })
  }
}
