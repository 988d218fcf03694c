import { Gauge, type Registry } from 'prom-client'
import { unavailable } from '../protocol/errors.ts'
import { countsAsLagging, isSilent, judgeReach, stateOf } from '../protocol/reach.ts'
import { within } from '../revocation/within.ts'
import type { Verifier, VerifiersView } from '../stores/verifiers.ts'
import type { AdminInstance } from './instance.ts'

/** How verifiers stand, for `/metrics`. Returns what reads that anew; while the database is away there is nothing to tell. */
export function addReachGauges(registry: Registry, { stores }: AdminInstance): () => Promise<void> {
  const add = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const counted: Array<[Gauge, (verifier: Verifier, view: VerifiersView) => boolean]> = [
    [add('countersign_verifiers_effective', 'Verifiers, silent ones aside, that have acknowledged the newest revocation'), isEffective],
    [add('countersign_verifiers_lagging', 'Verifiers that have yet to acknowledge it, or may miss it, being silent'), countsAsLagging],
    [add('countersign_verifiers_silent', 'Verifiers that have not been heard of for 90 s'), (verifier, { now }) => isSilent(verifier, now)]
  ]
  const latency = add('countersign_reach_latency_seconds', 'From the newest revocation to its acknowledgements, p99')

  return async () => {
    const view = await within(patience, stores.verifiers.look(), () => unavailable('database/answer-timeout')).catch(() => undefined)
    // Without a value of ours it would be read as 0.
    for (const gauge of [...counted.map(([each]) => each), latency]) gauge.remove()
    if (view === undefined) return
    for (const [gauge, counts] of counted) gauge.set(view.verifiers.filter(verifier => counts(verifier, view)).length)
    const p99 = latencyOf(view)
    if (p99 !== undefined) latency.set(p99 / 1000)
  }
}

/** Seconds. */
const patience = 1

function isEffective(verifier: Verifier, { head, now }: VerifiersView): boolean {
  return stateOf(verifier, head, now) === 'effective'
}

function latencyOf({ revocation, verifiers, now }: VerifiersView): number | undefined {
  return revocation && judgeReach(revocation, verifiers, now).latency?.p99
}
