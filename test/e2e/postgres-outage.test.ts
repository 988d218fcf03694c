import t from 'tap'
import { until } from '../support/until.ts'
import { ask, faultsIn, makeProbes, openScene, untilMissed, untilRecovered } from './outage-scene.ts'
import { outageTable } from './outage-table.ts'
import { setStageBehindNetwork } from './stage-behind-network.ts'
import { skip } from './stage.ts'

/** PostgreSQL goes away in every way there is: the routes do what the table says, and recover by themselves. */

t.test('with PostgreSQL away', { skip }, async t => {
  const { stage, server, network, settings } = await setStageBehindNetwork(t)
  const scene = await openScene(t, stage, settings)
  const { instance } = scene

  await t.test('nothing being away, every route of the table works', async t => {
    t.same(faultsIn(await ask(instance, await makeProbes(scene), 'in-turn'), () => 'works'), [])
  })

  await t.test('killed, it is missed by those routes alone that need it, and after ten seconds by those that sign', async t => {
    const probes = await makeProbes(scene)
    await server.kill()
    await untilMissed(scene)
    t.same(faultsIn(await ask(instance, probes, 'together'), row => row.postgresql), [])
    for (const { route, postgresql } of outageTable.filter(row => row.postgresql !== 'unavailable')) {
      const wanted = postgresql === 'works' ? 200 : 503
      await until(`${route} answers ${wanted}`, async () => (await probes[route]!(instance)).status === wanted, 15_000)
    }
    await server.restart()
    await untilRecovered(t, scene)
  })

  const hangs: Record<string, { cause: () => void; heal: () => void }> = {
    'frozen': { cause: server.freeze, heal: server.thaw },
    'behind a dead network': { cause: network.hang, heal: network.heal }
  }
  for (const [how, { cause, heal }] of Object.entries(hangs)) {
    await t.test(`${how}, it keeps nobody waiting`, async t => {
      const probes = await makeProbes(scene)
      cause()
      await untilMissed(scene)
      t.same(faultsIn(await ask(instance, probes, 'together'), row => row.postgresql), [])
      heal()
      await untilRecovered(t, scene)
    })
  }

  t.notMatch(instance.output(), /invalid_grant|refresh-token\/|"level":60/)
})
