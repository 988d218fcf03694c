import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { stateOf } from '../../protocol/reach.ts'
import type { Verifier, VerifiersView } from '../../stores/verifiers.ts'
import type { AdminInstance } from '../instance.ts'
import { adminRevocationSchemas } from '../schemas/revocations.ts'

interface Named {
  clientId: string
  instance: string
}

/** Who follows the revocations: listed, and taken off the list when it is gone for good. */
export function verifierRoutes(app: FastifyInstance, { stores }: AdminInstance): void {
  const { verifiers } = stores

  app.get('/verifiers', { schema: adminRevocationSchemas.verifiers }, async () => {
    const view = await verifiers.look()
    return { head: view.head, verifiers: view.verifiers.map(verifier => describe(verifier, view)) }
  })

  app.delete<{ Params: Named }>('/verifiers/:clientId/:instance', { schema: adminRevocationSchemas.removeVerifier }, async ({ params: { clientId, instance } }) => {
    if (!await verifiers.remove({ clientId, instance }, 'admin')) {
      throw new CountersignError('not_found', {
        reason: 'verifiers/unknown', sentence: 'There is no verifier with that client and instance.'
      })
    }
    return { client_id: clientId, instance }
  })
}

/** A verifier as an operator sees it. Null is what it has not said. */
export interface VerifierDescription {
  client_id: string
  instance: string
  state: 'effective' | 'lagging' | 'silent'
  seq: number | null
  kids: string[] | null
  /** Seconds. */
  max_staleness: number | null
  when_stale: string | null
  subscribed_at: string
  acknowledged_at: string | null
}

function describe(verifier: Verifier, { head, now }: VerifiersView): VerifierDescription {
  return {
    client_id: verifier.clientId,
    instance: verifier.instance,
    state: stateOf(verifier, head, now),
    seq: verifier.seq ?? null,
    kids: verifier.kids ?? null,
    max_staleness: verifier.maxStaleness ?? null,
    when_stale: verifier.whenStale ?? null,
    subscribed_at: verifier.subscribedAt.toISOString(),
    acknowledged_at: verifier.acknowledgedAt?.toISOString() ?? null
  }
}
