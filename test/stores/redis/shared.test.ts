import t, { type Test } from 'tap'
import { createRedisCounters } from '../../../src/stores/redis/counters.ts'
import { createRedisPending } from '../../../src/stores/redis/pending.ts'
import { createRedisRevocationCache } from '../../../src/stores/redis/revocation-cache.ts'
import { countersContract } from '../../contract/counters.contract.ts'
import { pendingContract } from '../../contract/pending.contract.ts'
import { journalEntry, revocationCacheContract } from '../../contract/revocation-cache.contract.ts'
import { connectShared, randomPrefix, sharedRedisUrl } from '../../support/redis.ts'

const options = sharedRedisUrl === undefined ? { skip: 'TEST_REDIS_URL names no Redis' } : {}

/** Two connections that share their keys with nobody else. */
async function connectTwo(t: Test) {
  const prefix = randomPrefix()
  const [one, other] = [await connectShared(sharedRedisUrl!, prefix), await connectShared(sharedRedisUrl!, prefix)]
  t.teardown(() => Promise.all([one.close(), other.close()]))
  return { one, other }
}

t.test('counters in Redis', options, async t => {
  countersContract(t, async t => {
    const { one, other } = await connectTwo(t)
    return {
      one: createRedisCounters(one),
      other: createRedisCounters(other),
      endWindow: async key => void await one.run(client => client.pExpire(one.keys.counter(key), -1))
    }
  })

  t.test('a counter always has a time to live, even where it was taken away', async t => {
    const { one } = await connectTwo(t)
    const counters = createRedisCounters(one)
    const key = one.keys.counter('key')
    const left = () => one.run(client => client.pTTL(key))
    await counters.reserve('key', 1, 900)
    t.ok(await left() > 890_000 && await left() <= 900_000)
    await one.run(client => client.persist(key))
    t.match(await counters.reserve('key', 1, 900), { allowed: false, count: 1 })
    t.ok(await left() > 890_000)
    await counters.reserve('key', 2, 900)
    await counters.giveBack('key')
    t.ok(await left() > 0)
  })
})

t.test('the revocation cache in Redis', options, async t => {
  revocationCacheContract(t, async t => {
    const { one, other } = await connectTwo(t)
    return { one: createRedisRevocationCache(one), other: createRedisRevocationCache(other) }
  })

  t.test('every key of the list lives for a day after the last announcement', async t => {
    const { one } = await connectTwo(t)
    const { revocationHead, revocationEntries, revocationEnds } = one.keys
    await createRedisRevocationCache(one).announce([journalEntry(1)])
    for (const key of [revocationHead, revocationEntries, revocationEnds]) {
      const left = await one.run(client => client.pTTL(key))
      t.ok(left > 86_000_000 && left <= 86_400_000, `${key}: ${left}`)
    }
  })

  t.test('an entry that has ended meanwhile is dropped by the next announcement', async t => {
    const { one } = await connectTwo(t)
    const cache = createRedisRevocationCache(one)
    await cache.announce([journalEntry(1), journalEntry(2)])
    await one.run(client => client.zAdd(one.keys.revocationEnds, { value: '1', score: 1_000_000_000_000 }))
    await cache.announce([journalEntry(3)])
    t.same((await cache.entriesAfter(0, 3)).map(entry => entry.seq), [2, 3])
  })
})

t.test('what waits, in Redis', options, async t => {
  pendingContract(t, async t => {
    const { one, other } = await connectTwo(t)
    return {
      one: createRedisPending(one),
      other: createRedisPending(other),
      endTime: async name => void await one.run(client => client.pExpire(one.keys.pending(name), -1))
    }
  })

  t.test('a replaced value keeps what is left of its time', async t => {
    const { one } = await connectTwo(t)
    const pending = createRedisPending(one)
    await pending.add('name', 'a', 60)
    await one.run(client => client.pExpire(one.keys.pending('name'), 30_000))
    t.equal(await pending.replace('name', 'a', { value: 'b' }), true)
    const left = await one.run(client => client.pTTL(one.keys.pending('name')))
    t.ok(left > 20_000 && left <= 30_000)
    t.equal(await pending.replace('name', 'b', { value: 'c', lifetime: 10 }), true)
    const shortened = await one.run(client => client.pTTL(one.keys.pending('name')))
    t.ok(shortened > 5000 && shortened <= 10_000, 'or has another')
  })
})
