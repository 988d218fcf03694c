import type { Acknowledgement, Subscription, VerifierStore } from '../stores/verifiers.ts'
import { createInBatches } from './in-batches.ts'
import type { Subscribers } from './subscriber.ts'

/**
 * The verifiers that follow the feed, by client and the name that each gives itself: they count as lagging from the moment they
 * appear until they acknowledge. Many speak at once, after each revocation: what they say is kept in batches.
 */
export interface AcknowledgedSubscribers extends Subscribers {
  /** Resolves when it is kept; 'unknown' when the point is not of this journal. */
  acknowledge(acknowledgement: Acknowledgement): Promise<'kept' | 'unknown'>
  /** One says goodbye and is not waited for any more. */
  leave(clientId: string, instance: string): Promise<void>
}

const maxBatch = 1000

const nameOf = ({ clientId, instance }: { clientId: string; instance: string }): string => JSON.stringify([clientId, instance])

export function createAcknowledgedSubscribers(store: VerifierStore): AcknowledgedSubscribers {
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
