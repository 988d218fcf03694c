import { createClient } from 'redis'
import t, { type Test } from 'tap'
import { redisKeys } from '../../src/stores/redis/keys.ts'
import type { Instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { alive, dead, judge, lookup, serviceToken, signIn, signOut } from './caller.ts'
import { setStage, skip, type Stage } from './stage.ts'
import { badStatuses, watchRevoked, type Watch } from './watch.ts'

/** Redis is flushed, set back, killed and frozen while revoked tokens are being looked up: nothing revoked comes back. */

interface Scene extends Stage {
  instances: [Instance, Instance]
  watch: Watch
  /** Signs a user in and out, on alternating instances, and has the dead token watched. */
  revokeOne(): Promise<string>
  /** Lets both instances be asked a few times more. */
  askOn(): Promise<void>
}

async function setScene(t: Test): Promise<Scene> {
  const stage = await setStage(t)
  const instances = await stage.startTwo()
  const user = await stage.addUser()
  const bearer = await serviceToken(instances[0], stage.client)
  const watch = watchRevoked({ instances, client: stage.client, bearer })
  t.teardown(() => watch.stop())
  let revoked = 0
  return {
    ...stage, instances, watch,
    async revokeOne() {
      const instance = instances[revoked++ % 2]!
      const tokens = await signIn(instance, user)
      await signOut(instance, tokens.refreshToken)
      watch.add(tokens.accessToken)
      return tokens.accessToken
    },
    async askOn() {
      const rounds = watch.rounds()
      await until('both instances were asked again', () => watch.rounds() > rounds + 2, 20_000)
    }
  }
}

async function command({ redis }: Stage, ...words: string[]): Promise<unknown> {
  const client = createClient({ url: redis.url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.sendCommand(words)
  } finally {
    client.destroy()
  }
}

const faults: Record<string, (scene: Scene) => Promise<void>> = {
  async 'Redis is flushed'(scene) {
    const { revokeOne, askOn } = scene
    for (let round = 0; round < 4; round++) {
      await command(scene, 'FLUSHALL')
      await revokeOne()
      await askOn()
      await command(scene, 'FLUSHALL')
      await askOn()
    }
  },
  async 'Redis comes back with an old snapshot'(scene) {
    const { redis, revokeOne, askOn } = scene
    await command(scene, 'SAVE')
    for (let round = 0; round < 3; round++) {
      await revokeOne()
      await revokeOne()
      await redis.restart()
      await askOn()
    }
  },
  async 'Redis loses its last write in a fail-over'(scene) {
    const { redis, revokeOne, askOn } = scene
    for (let round = 0; round < 3; round++) {
      await revokeOne()
      await command(scene, 'SAVE')
      await revokeOne()
      await redis.restart()
      await revokeOne()
      await askOn()
    }
  },
  async 'Redis is away'({ redis, revokeOne, askOn }) {
    await redis.kill()
    await revokeOne()
    await askOn()
    await revokeOne()
    await askOn()
    await redis.restart()
    await revokeOne()
    await askOn()
  },
  async 'Redis hangs'({ redis, revokeOne, askOn }) {
    redis.freeze()
    await revokeOne()
    await askOn()
    await revokeOne()
    await askOn()
    redis.thaw()
    await revokeOne()
    await askOn()
  }
}

t.test('nothing revoked comes back', { skip }, async t => {
  const scene = await setScene(t)
  const { instances, client, stores } = scene
  const bearer = await serviceToken(instances[0], client)
  await scene.revokeOne()
  for (const [title, cause] of Object.entries(faults)) {
    await t.test(`when ${title}, the service recovers`, async t => {
      await cause(scene)
      const { seq } = await stores.journal.head()
      await until('Redis has the journal\'s head again', async () => {
        // A lookup is what notices that something is missing.
        await Promise.all(instances.map(instance => lookup(instance, bearer, [bearer])))
        return await command(scene, 'GET', redisKeys().revocationHead) === String(seq)
      })
      for (const instance of instances) t.equal((await lookup(instance, bearer, [bearer])).body.results[0]!.revoked, false)
    })
  }

  await t.test('of all answers none said that a revoked token is alive, and none failed but with 503', async t => {
    const seen = await scene.watch.stop()
    t.comment(JSON.stringify(seen.statuses))
    t.same(seen.wrong, [])
    t.same(badStatuses(seen), [])
    t.equal(seen.broken, 0)
    t.ok((seen.statuses['lookup 200'] ?? 0) > 50 && (seen.statuses['introspect 200'] ?? 0) > 50)
  })

  await t.test('afterwards lookups are right and quick', async t => {
    const tokens = await signIn(instances[0], await scene.addUser())
    for (const instance of instances) {
      t.same(await judge(instance, client, tokens.accessToken), alive)
      const startedAt = performance.now()
      for (let asked = 0; asked < 20; asked++) await lookup(instance, bearer, [tokens.accessToken])
      t.ok(performance.now() - startedAt < 20 * 50, 'below 50 ms each')
    }
    await signOut(instances[1], tokens.refreshToken)
    for (const instance of instances) t.same(await judge(instance, client, tokens.accessToken), dead)
  })
})
