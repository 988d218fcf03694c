import t, { type Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { openMigrated } from '../support/database.ts'
import { openFeed, type FeedStream } from '../support/feed-stream.ts'
import type { Instance } from '../support/instance.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { until } from '../support/until.ts'
import { call, serviceToken, signIn, signOut } from './caller.ts'
import { claimsOf } from './composed.ts'
import { setStageBehindNetwork } from './stage-behind-network.ts'
import { setStage, skip, type Stage } from './stage.ts'

/** The feed between two real instances: through Redis, through PostgreSQL alone, cut off from both, restored and stopped. */

async function follow(t: Test, { url }: Instance, bearer: string): Promise<FeedStream> {
  const stream = await openFeed({ url, bearer, query: 'after=0' })
  t.teardown(() => stream.close())
  return stream
}

/** Signs a user in and out on one instance; milliseconds until the stream of another has it. */
async function propagate(stage: Stage, instance: Instance, stream: FeedStream): Promise<number> {
  const tokens = await signIn(instance, await stage.addUser())
  const key = keyOfValue('session', claimsOf(tokens.accessToken).sid!).toString('hex')
  const startedAt = performance.now()
  const done = signOut(instance, tokens.refreshToken)
  await until('the stream has it', () => stream.records().some(record => record.key === key))
  const took = performance.now() - startedAt
  await done
  return took
}

t.test('a revocation on one instance', { skip }, async t => {
  const stage = await setStage(t)
  const [one, other] = await stage.startTwo()
  const bearer = await serviceToken(one, stage.client)

  await t.test('is on a stream of another at once', async t => {
    const stream = await follow(t, other, bearer)
    t.equal(stream.status, 200)
    t.equal((await stream.next('heartbeat')).data['seq'], 0)
    for (let round = 0; round < 3; round++) {
      const took = await propagate(stage, one, stream)
      t.ok(took < 1000, `${Math.round(took)} ms`)
    }
  })

  await t.test('100 at once come in order and without a gap', async t => {
    const stream = await follow(t, other, bearer)
    await stream.next('heartbeat')
    const jtis = await Promise.all(Array.from({ length: 100 }, async () => claimsOf(await serviceToken(one, stage.client)).jti))
    const seqs = await Promise.all(jtis.map(async (jti, place) => (await call([one, other][place % 2]!, '/revocations', {
      bearer, json: { target: 'token', value: jti, reason: 'test' }
    })).body['seq'] as number))
    const { head, entries } = await readSnapshot(stage.stores.journal)
    await until('the stream has come to the head', () => Number(stream.point()?.split('.')[0]) === head.seq)
    t.equal(new Set(seqs).size, 100)
    t.same(stream.records().map(record => record.key), entries.map(entry => keyOfValue(entry.target, entry.value).toString('hex')))
    const steps = stream.events.filter(({ name }) => name === 'revocations').map(({ data }) => data as { after: number; seq: number })
    t.ok(steps.every(({ after }, place) => after === (steps[place - 1]?.seq ?? 0)), 'each begins where the last one ended')
  })

  await t.test('is on a stream of another while Redis is away', async t => {
    const stream = await follow(t, other, bearer)
    await stage.redis.kill()
    for (let round = 0; round < 3; round++) {
      const took = await propagate(stage, one, stream)
      t.ok(took < 1500, `${Math.round(took)} ms, a sign-in's own wait for Redis included`)
    }
    await stage.redis.restart()
  })

  await t.test('a stream goes on at another instance where it ended at one, that was killed', async t => {
    const third = await stage.start()
    const stream = await follow(t, third, bearer)
    await stream.next('heartbeat')
    await propagate(stage, one, stream)
    await third.kill()
    await until('the stream has ended', () => stream.hasEnded())
    const missed = await signIn(one, await stage.addUser())
    await signOut(one, missed.refreshToken)
    const next = await openFeed({ url: other.url, bearer, query: 'after=0', headers: { 'last-event-id': stream.point()! } })
    t.teardown(() => next.close())
    const { entries } = await readSnapshot(stage.stores.journal)
    await until('it has all', () => stream.records().length + next.records().length === entries.length)
    t.same([...stream.records(), ...next.records()].map(record => record.key),
      entries.map(entry => keyOfValue(entry.target, entry.value).toString('hex')))
  })

  await t.test('after a restore the streams are reset, and points of the lost journal are refused', async t => {
    const stream = await follow(t, other, bearer)
    await stream.next('heartbeat')
    const lost = stream.point()!
    const database = await openMigrated(t.testdir(), stage.databaseUrl)
    t.teardown(() => database.close())
    // As a backup from before the last revocation would have it, with another one in its place.
    await database.query.run(Prisma.sql`DELETE FROM revocations WHERE seq = (SELECT seq FROM journal_head)`)
    await database.query.run(Prisma.sql`UPDATE journal_head SET hash = sha256('another journal')`)
    await stream.next('reset')
    await until('the stream has ended', () => stream.hasEnded())
    const refused = await openFeed({ url: other.url, bearer, query: `after=${lost}` })
    t.equal(refused.status, 410)
    t.match(JSON.parse(refused.body), { error: 'snapshot_required' })
  })

  await t.test('asked to end, an instance ends its streams at once', async t => {
    const third = await stage.start()
    const stream = await follow(t, third, bearer)
    await stream.next('heartbeat')
    const startedAt = performance.now()
    t.equal(await third.stop(), 0)
    t.ok(performance.now() - startedAt < 5000)
    t.match(stream.events.at(-1), { name: 'end', data: { reason: 'shutting-down' } })
  })
})

t.test('an instance that is cut off from PostgreSQL keeps nobody fresh', { skip }, async t => {
  const { stage, network, settings } = await setStageBehindNetwork(t)
  const instance = await stage.start(settings)
  const bearer = await serviceToken(instance, stage.client)
  const askedAt = performance.now()
  const stream = await follow(t, instance, bearer)
  await stream.next('heartbeat')
  network.hang()
  const cutAt = performance.now()
  const stale = await stream.next('stale')
  t.ok(stale.at - cutAt < 3000, `${Math.round(stale.at - cutAt)} ms`)
  await until('the stream has ended', () => stream.hasEnded())
  const proven = stream.events.filter(({ name }) => name === 'heartbeat').map(({ data }) => askedAt + Number(data['confirmed']))
  t.ok(proven.every(at => at <= cutAt), 'no heartbeat claims more than was confirmed')
  const refused = await openFeed({ url: instance.url, bearer, query: 'after=0' })
  t.equal(refused.status, 503)
  t.ok(Number(refused.headers['retry-after']) >= 1)
  network.heal()
  await until('it takes subscribers again', async () => {
    const again = await openFeed({ url: instance.url, bearer, query: 'after=0' })
    again.close()
    return again.status === 200
  }, 20_000)
})
