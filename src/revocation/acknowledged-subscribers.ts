import { CountersignError } from '../protocol/errors.ts'
import type { Acknowledgement, Subscription, VerifierStore } from '../stores/verifiers.ts'
import { createInBatches } from './in-batches.ts'
import type { Subscribers } from './subscriber.ts'

/**
 * The verifiers that follow the feed, by client and the name that each gives itself: they count as lagging from the moment they
 * appear until they acknowledge. Many speak at once, after each revocation: what they say is kept in batches.
 */
export interface AcknowledgedSubscribers extends Subscribers {
  /** Resolves when it is kept; 'unknown' when the point is not of this journal. Throws `forbidden` for one name too many. */
  acknowledge(acknowledgement: Acknowledgement): Promise<'kept' | 'unknown'>
  /** One says goodbye and is not waited for any more. */
  leave(clientId: string, instance: string): Promise<void>
}

const maxBatch = 1000

const nameOf = ({ clientId, instance }: { clientId: string; instance: string }): string => JSON.stringify([clientId, instance])

export function createAcknowledgedSubscribers(store: VerifierStore): AcknowledgedSubscribers {
  const note = createInBatches<Subscription, 'noted' | 'full'>({ write: store.note, keyOf: nameOf, maxSize: maxBatch })
  const acknowledge = createInBatches({ write: store.acknowledge, keyOf: nameOf, maxSize: maxBatch })
  return {
    async note(clientId, subscriber) {
      if (await note({ clientId, ...subscriber }) === 'full') throw tooMany()
    },
    async acknowledge(acknowledgement) {
      const outcome = await acknowledge(acknowledgement)
      if (outcome === 'full') throw tooMany()
      return outcome
    },
    leave: (clientId, instance) => store.forget({ clientId, instance })
  }
}

function tooMany(): CountersignError {
  return new CountersignError('forbidden', {
    reason: 'verifiers/too-many',
    sentence: 'This client has 10,000 instances already: give each a name that a restart keeps, and let those that end say goodbye.'
  })
}
