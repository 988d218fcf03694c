import t from 'tap'
import { ask, faultsIn, makeProbes, openScene, untilRecovered } from './outage-scene.ts'
import { setStage, skip } from './stage.ts'

/** Redis goes away: every route goes on. */

t.test('with Redis away', { skip }, async t => {
  const stage = await setStage(t)
  const scene = await openScene(t, stage)
  const { instance } = scene
  const { redis } = stage
  const faults: Record<string, { cause: () => Promise<void> | void; heal: () => Promise<void> | void }> = {
    'killed': { cause: redis.kill, heal: redis.restart },
    'frozen': { cause: redis.freeze, heal: redis.thaw }
  }
  for (const [how, { cause, heal }] of Object.entries(faults)) {
    await t.test(`${how}, every route goes on`, async t => {
      const probes = await makeProbes(scene)
      await cause()
      t.same(faultsIn(await ask(instance, probes, 'in-turn'), row => row.redis), [])
      await heal()
      await untilRecovered(t, scene)
    })
  }
})
