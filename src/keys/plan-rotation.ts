import { planRotation, type RotationPlan } from '../protocol/rotation-plan.ts'
import type { KeyRecord } from '../stores/keys.ts'
import type { VerifierStore } from '../stores/verifiers.ts'
import type { KeyRing } from './key-ring.ts'

/** When the standby of the signing keys may take over, by all that is known of caches and verifiers at that moment (milliseconds
 * since 1970); undefined without a standby. */
export type PlanSigningRotation = (now: number) => Promise<RotationPlan<KeyRecord> | undefined>

export interface PlanOptions {
  ring: Pick<KeyRing, 'records' | 'retention'>
  verifiers: Pick<VerifierStore, 'look'>
}

export function createPlanSigningRotation({ ring, verifiers }: PlanOptions): PlanSigningRotation {
  return async now => {
    const view = await verifiers.look()
    return planRotation({
      keys: ring.records('sign'), now, retention: ring.retention(), verifiers: view.verifiers, heardBy: view.now
    })
  }
}
