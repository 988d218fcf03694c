import type { Test } from 'tap'
import type { Service } from '../../src/compose.ts'
import { isReady, type Instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { lookup, serviceToken, type Answer } from './caller.ts'
import { composeInstance } from './composed.ts'
import { makeSupplies, probesWith, type Probe } from './outage-probes.ts'
import { outageTable, type Effect, type OutageRow } from './outage-table.ts'
import type { Stage } from './stage.ts'

/** Asks every route of the outage table, and compares with what the table says. */

export interface Scene {
  stage: Stage
  instance: Instance
  bearer: string
  /** An instance in this process that makes grants; it suffers with the other. */
  maker: Service
}

interface Timed {
  route: string
  answer: Answer
  milliseconds: number
}

/** Milliseconds within which a client hears that the service is unavailable. */
const patience = 3500

export async function makeProbes({ stage, instance, maker }: Scene): Promise<Record<string, Probe>> {
  return probesWith(await makeSupplies(stage, maker, instance), stage)
}

/** All at once, as the clients of a service come; or in turn, where one would end what the next one uses. */
export async function ask(instance: Instance, probes: Record<string, Probe>, order: 'together' | 'in-turn'): Promise<Timed[]> {
  const results: Timed[] = []
  const runs = Object.entries(probes).map(([route, probe]) => async () => {
    const startedAt = performance.now()
    const answer = await probe(instance)
    results.push({ route, answer, milliseconds: performance.now() - startedAt })
  })
  if (order === 'together') await Promise.all(runs.map(run => run()))
  else for (const run of runs) await run()
  return results
}

const isUnavailable = ({ answer: { status, headers, body } }: Timed): boolean =>
  status === 503 && headers.get('retry-after') !== null &&
  (body['error'] === 'temporarily_unavailable' || body['code'] === 'TEMPORARILY_UNAVAILABLE')

export function faultsIn(results: Timed[], effectOf: (row: OutageRow) => Effect): object[] {
  return outageTable.flatMap((row): object[] => {
    const result = results.find(each => each.route === row.route)
    if (result === undefined) return [{ route: row.route, fault: 'not probed' }]
    const isRight = effectOf(row) === 'unavailable' ? isUnavailable(result) : result.answer.status < 300
    if (isRight && result.milliseconds < patience) return []
    return [{ route: row.route, status: result.answer.status, body: result.answer.body, milliseconds: Math.round(result.milliseconds) }]
  })
}

/** Everything works again with nobody's help. */
export async function untilRecovered(t: Test, scene: Scene): Promise<void> {
  let faults: object[] | undefined
  await until('the instance and its neighbour serve again', async () => {
    // While something is still away, the supplies cannot be made.
    const probes = await makeProbes(scene).catch(() => undefined)
    if (probes === undefined || !await isReady(scene.instance)) return false
    faults = faultsIn(await ask(scene.instance, probes, 'in-turn'), () => 'works')
    return true
  }, 20_000)
  t.same(faults, [], 'every route works again')
}

/** Up to then a lookup may be answered by what was confirmed within the last second. */
export async function untilMissed({ instance, bearer }: Scene): Promise<void> {
  await until('the database is missed', async () => (await lookup(instance, bearer, [bearer])).status === 503)
}

/** @param settings over those of the stage, for the instance that is asked */
export async function openScene(t: Test, stage: Stage, settings: Record<string, string> = {}): Promise<Scene> {
  const instance = await stage.start(settings)
  const maker = await composeInstance(t, stage, {})
  await maker.start()
  return { stage, instance, maker, bearer: await serviceToken(instance, stage.client) }
}
