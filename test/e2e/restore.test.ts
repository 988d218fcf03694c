import { createClient } from 'redis'
import t from 'tap'
import { redisKeys } from '../../src/stores/redis/keys.ts'
import { onServer, sharedDatabaseUrl } from '../support/database.ts'
import { isReady, type Instance } from '../support/instance.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { until } from '../support/until.ts'
import {
  alive, call, dead, judge, lookup, refresh, serviceToken, signIn, signOut, tryRefresh, type Tokens
} from './caller.ts'
import { setStage, skip, type Stage } from './stage.ts'

/** The database is set back to a backup under running instances: they notice, and what Redis still has does no harm. */

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

/** A copy to go back to. Nobody may be connected while it is made. */
async function backUp({ databaseUrl }: Stage): Promise<string> {
  const name = nameOf(databaseUrl)
  const copy = `${name}_backup`
  const onAll = (sql: string) => onServer(sharedDatabaseUrl!, sql)
  await onAll(`DROP DATABASE IF EXISTS ${copy}`)
  await onAll(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  await onAll(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
  await onAll(`CREATE DATABASE ${copy} TEMPLATE ${name}`)
  await onAll(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
  return copy
}

async function restore({ databaseUrl }: Stage, copy: string): Promise<void> {
  const name = nameOf(databaseUrl)
  await onServer(sharedDatabaseUrl!, `DROP DATABASE ${name} WITH (FORCE)`)
  await onServer(sharedDatabaseUrl!, `CREATE DATABASE ${name} TEMPLATE ${copy}`)
}

/** Connections that the copying cut are made again by whoever needs one. */
async function untilServing(instances: readonly Instance[], bearer: string): Promise<void> {
  for (const instance of instances) {
    await until('the instance serves again', async () =>
      await isReady(instance) && (await lookup(instance, bearer, [bearer])).status === 200)
  }
}

async function insist<T>(act: () => Promise<T>): Promise<T> {
  let result: T | undefined
  await until('it succeeds', () => act().then(value => { result = value; return true }, () => false))
  return result as T
}

const startedAnew = ({ output }: Instance): number => output().split('starting anew').length - 1

t.test('a restored database', { skip }, async t => {
  const stage = await setStage(t)
  const { client, redis, stores } = stage
  const instances = await stage.startTwo()
  const [one, other] = instances
  const bearer = await serviceToken(one, client)
  const user = await stage.addUser()
  let copy = ''
  t.teardown(() => copy === '' ? undefined : onServer(sharedDatabaseUrl!, `DROP DATABASE IF EXISTS ${copy}`))

  async function judgeOnBoth(token: string) {
    return Promise.all(instances.map(instance => judge(instance, client, token)))
  }

  /** Life after the backup: rotations, and more revocations than the backup knows. */
  async function liveOn(kept: Tokens): Promise<{ lost: Tokens; future: Tokens }> {
    const lost = await signIn(other, user)
    const second = await refresh(other, kept.refreshToken)
    const future = await refresh(one, second.refreshToken)
    for (let ended = 0; ended < 5; ended++) await signOut(one, (await signIn(other, user)).refreshToken)
    await signOut(other, lost.refreshToken)
    t.same(await judgeOnBoth(lost.accessToken), [dead, dead])
    return { lost, future }
  }

  await t.test('is noticed by both instances, and its journal is followed from then on', async t => {
    const ended = await signIn(one, user)
    await signOut(one, ended.refreshToken)
    const kept = await signIn(one, user)
    const doomed = await signIn(other, user)
    copy = await backUp(stage)
    await untilServing(instances, bearer)
    const { future } = await liveOn(kept)
    const before = instances.map(startedAnew)
    await restore(stage, copy)
    // At once, before either has had its next look at the database.
    await insist(() => signOut(one, doomed.refreshToken))
    const judged = await insist(async () => {
      const answers = await judgeOnBoth(doomed.accessToken)
      if (answers.some(answer => answer.revoked === undefined || answer.me === 503)) throw new Error('not yet')
      return answers
    })
    t.same(judged, [dead, dead], 'a new revocation is known at once on both')
    await until('both have started anew', () => instances.every((instance, place) => startedAnew(instance) > before[place]!))
    t.same(await judgeOnBoth(ended.accessToken), [dead, dead], 'what the backup knows as revoked is')

    const answer = await tryRefresh(one, future.refreshToken)
    t.equal(answer.status, 401)
    await until('the refusal is logged under a reason of its own', () =>
      one.output().includes('"reason":"refresh-token/from-the-future"'))
    t.equal((await tryRefresh(other, kept.refreshToken)).status, 200, 'the token of the backup is the current one again')
  })

  await t.test('leaves nothing of the lost journal in Redis', async t => {
    const list = createClient({ url: redis.url })
    list.on('error', () => undefined)
    await list.connect()
    t.teardown(() => list.destroy())
    await until('Redis has the head of the journal', async () => {
      await Promise.all(instances.map(instance => lookup(instance, bearer, [bearer])))
      const { seq } = await stores.journal.head()
      return await list.get(redisKeys().revocationHead) === String(seq)
    })
    const { head, entries } = await readSnapshot(stores.journal)
    const held = (await list.zRange(redisKeys().revocationEntries, 0, -1)).map(text => (JSON.parse(text) as { h: string }).h)
    t.same(held, entries.map(entry => entry.hash.toString('base64url')))
    t.equal(held.length, head.seq)
  })

  await t.test('is noticed while Redis is away, and what Redis kept of the lost journal does no harm', async t => {
    const kept = await signIn(one, user)
    copy = await backUp(stage)
    await untilServing(instances, bearer)
    await liveOn(kept)
    const save = createClient({ url: redis.url })
    await save.connect()
    await save.sendCommand(['SAVE'])
    save.destroy()
    await redis.kill()
    await restore(stage, copy)
    await untilServing(instances, bearer)
    await redis.restart()
    const tokens = await insist(() => signIn(other, user))
    for (let round = 0; round < 8; round++) {
      const next = await insist(() => signIn(other, user))
      await signOut(instances[round % 2]!, next.refreshToken)
      t.same(await judgeOnBoth(next.accessToken), [dead, dead])
      t.same(await judgeOnBoth(tokens.accessToken), [alive, alive])
    }
    const { body } = await call(one, '/healthz')
    t.equal(body['status'], 'ok')
    const startedAt = performance.now()
    for (let asked = 0; asked < 10; asked++) await lookup(one, bearer, [tokens.accessToken])
    t.ok(performance.now() - startedAt < 500, 'lookups are quick')
  })
})
