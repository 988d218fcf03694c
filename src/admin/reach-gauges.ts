import { Gauge, type Registry } from 'prom-client'
import { unavailable } from '../protocol/errors.ts'
import { judgeReach, stateOf, type VerifierState } from '../protocol/reach.ts'
import { within } from '../revocation/within.ts'
import type { VerifiersView } from '../stores/verifiers.ts'
import type { AdminInstance } from './instance.ts'

/** How verifiers stand, for `/metrics`. Returns what reads that anew; while the database is away there is nothing to tell. */
export function addReachGauges(registry: Registry, { stores }: AdminInstance): () => Promise<void> {
  const add = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const byState: Record<VerifierState, Gauge> = {
    effective: add('countersign_verifiers_effective', 'Verifiers that have acknowledged the newest revocation'),
    lagging: add('countersign_verifiers_lagging', 'Verifiers that have yet to acknowledge it'),
    silent: add('countersign_verifiers_silent', 'Verifiers that have not been heard of for 90 s')
  }
  const latency = add('countersign_reach_latency_seconds', 'From the newest revocation to its acknowledgements, p99')

  return async () => {
    const view = await within(patience, stores.verifiers.look(), () => unavailable('database/answer-timeout')).catch(() => undefined)
    // Without a value of ours it would be read as 0.
    for (const gauge of [...Object.values(byState), latency]) gauge.remove()
    if (view === undefined) return
    for (const [state, gauge] of Object.entries(byState)) gauge.set(count(view, state as VerifierState))
    const p99 = latencyOf(view)
    if (p99 !== undefined) latency.set(p99 / 1000)
  }
}

/** Seconds. */
const patience = 1

function count({ verifiers, head, now }: VerifiersView, state: VerifierState): number {
  return verifiers.filter(verifier => stateOf(verifier, head, now) === state).length
}

function latencyOf({ revocation, verifiers, now }: VerifiersView): number | undefined {
  return revocation && judgeReach(revocation, verifiers, now).latency?.p99
}
