import { CountersignError } from '../protocol/errors.ts'
import type { KeyHolder, RotationPlan } from '../protocol/rotation-plan.ts'
import type { KeyRecord } from '../stores/keys.ts'

interface HolderDescription {
  client_id: string
  instance: string
  acknowledged_at: string | null
}

/** What a rotation of the signing keys would meet. Times are ISO 8601. */
export interface RotationDescription {
  signing: string
  standby: string
  /** When the standby takes over if nobody asks for it sooner. */
  planned_at: string
  /** When every cache of the JWKS has the standby: what verifiers say never makes this earlier. */
  caches_know_at: string
  /** The earliest safe moment; null while a verifier that speaks lacks the key. */
  earliest_at: string | null
  /** When the last token under the key that signs now ends, after a rotation at the earliest moment. */
  last_token_ends_at: string
  lacking: HolderDescription[]
  /** Silent, or never said which keys they hold: nothing is known of them. */
  unknown: HolderDescription[]
}

/** Throws `conflict` when no key waits. */
export function describeRotation(plan: RotationPlan<KeyRecord> | undefined): RotationDescription {
  if (plan === undefined) throw new CountersignError('conflict', {
    reason: 'keys/no-standby', sentence: 'No key waits to take over: start an instance, which makes one.'
  })
  const { signing, standby, planned, cachesKnow, lastTokenEnds, lacking, unknown } = plan
  return {
    signing: signing.kid,
    standby: standby.kid,
    planned_at: iso(planned),
    caches_know_at: iso(cachesKnow),
    earliest_at: lacking.length > 0 ? null : iso(cachesKnow),
    last_token_ends_at: iso(lastTokenEnds),
    lacking: lacking.map(describe),
    unknown: unknown.map(describe)
  }
}

const describe = ({ clientId, instance, acknowledgedAt }: KeyHolder): HolderDescription =>
  ({ client_id: clientId, instance, acknowledged_at: acknowledgedAt?.toISOString() ?? null })

const iso = (time: number): string => new Date(time).toISOString()
