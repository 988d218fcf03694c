import t from 'tap'
import { createMemoryCounters } from '../../../src/stores/memory/counters.ts'
import { connectRedis } from '../../../src/stores/redis/connection.ts'
import { createRedisCounters } from '../../../src/stores/redis/counters.ts'
import { createFallbackCounters } from '../../../src/stores/redis/fallback-counters.ts'
import { createRedisRevocationCache } from '../../../src/stores/redis/revocation-cache.ts'
import { journalEntry } from '../../contract/revocation-cache.contract.ts'
import { createTestClock } from '../../support/clock.ts'
import { createTestLog } from '../../support/log.ts'
import { startRedis } from '../../support/redis.ts'
import { until } from '../../support/until.ts'

const unreachable = { code: 'temporarily_unavailable', reason: 'redis/unreachable', retryAfter: 2 }

t.test('starting with Redis away fails fast, says so once and recovers by itself', async t => {
  const redis = await startRedis()
  t.teardown(redis.remove)
  await redis.kill()
  const log = createTestLog()
  const connection = connectRedis({ url: redis.url, log })
  t.teardown(connection.close)
  await connection.settled()
  t.equal(connection.ready(), false)
  const startedAt = performance.now()
  await t.rejects(connection.ping(), unreachable)
  t.ok(performance.now() - startedAt < 600)
  await redis.restart()
  await until('the connection is ready', connection.ready)
  await connection.ping()
  await until('the return is logged', () => log.lines.length > 1)
  t.same(log.lines.map(line => line.level), ['warn', 'info'])
})

t.test('a restarted Redis is met again, empty, with a word to those who follow', async t => {
  const redis = await startRedis()
  t.teardown(redis.remove)
  const connections = [1, 2].map(() => connectRedis({ url: redis.url, log: createTestLog() }))
  t.teardown(() => Promise.all(connections.map(connection => connection.close())))
  const [one, other] = connections.map(createRedisRevocationCache) as
    [ReturnType<typeof createRedisRevocationCache>, ReturnType<typeof createRedisRevocationCache>]
  await until('both are ready', () => connections.every(connection => connection.ready()))
  await one.announce([journalEntry(1)])
  const heard: string[] = []
  other.onChange(change => void heard.push(change))
  await redis.kill()
  await t.rejects(one.head(), unreachable)
  await redis.restart()
  await until('the other has reconnected', () => heard.includes('reconnected') && connections[1]!.ready())
  t.equal(await other.head(), undefined)
  await until('the one is ready', () => connections[0]!.ready())
  // The listening socket subscribes again in its own time.
  await until('an announcement is heard', async () => {
    await one.announce([journalEntry(2)])
    return heard.includes('announced')
  })
  t.equal(await other.head(), 2)
})

t.test('a Redis that hangs costs half a second, not for ever', async t => {
  const redis = await startRedis()
  t.teardown(redis.remove)
  const connection = connectRedis({ url: redis.url, log: createTestLog() })
  t.teardown(connection.close)
  await until('the connection is ready', connection.ready)
  redis.freeze()
  const startedAt = performance.now()
  const cache = createRedisRevocationCache(connection)
  await Promise.all([
    t.rejects(cache.head(), unreachable),
    t.rejects(cache.entriesAfter(0, 9), unreachable),
    t.rejects(cache.announce([journalEntry(1)]), unreachable),
    t.rejects(cache.reset(1, []), unreachable)
  ])
  t.ok(performance.now() - startedAt < 600)
  // After three seconds of silence the sockets are given up for new ones.
  await until('the connection is given up', async () => {
    await connection.ping().catch(() => undefined)
    return !connection.ready()
  })
  redis.thaw()
  await until('the connection is ready again', connection.ready)
  await connection.ping()
})

t.test('with Redis away each instance counts for itself; with Redis back all count together', async t => {
  const redis = await startRedis()
  t.teardown(redis.remove)
  const log = createTestLog()
  const connection = connectRedis({ url: redis.url, log: createTestLog() })
  t.teardown(connection.close)
  await until('the connection is ready', connection.ready)
  const local = createMemoryCounters(createTestClock())
  const counters = createFallbackCounters(createRedisCounters(connection), local, log)
  t.match(await counters.reserve('key', 2, 900), { allowed: true, count: 1 })
  t.equal(local.size(), 0)

  await redis.kill()
  const rush = await Promise.all(Array.from({ length: 20 }, () => counters.reserve('key', 2, 900)))
  t.equal(rush.filter(answer => answer.allowed).length, 2)
  await counters.giveBack('key')
  t.match(await counters.reserve('key', 2, 900), { allowed: true, count: 2 })
  t.same(log.lines.map(line => line.level), ['warn'])

  await redis.restart()
  await until('the connection is ready again', connection.ready)
  t.match(await counters.reserve('key', 2, 900), { allowed: true, count: 1 })
  t.same(log.lines.map(line => line.level), ['warn', 'info'])
})

t.test('the password of the URL is in no log line and in no error', async t => {
  const redis = await startRedis()
  t.teardown(redis.remove)
  const log = createTestLog()
  const url = redis.url.replace('redis://', 'redis://someone:not-to-be-told@')
  const connection = connectRedis({ url, log })
  t.teardown(connection.close)
  await connection.settled()
  const error = await connection.ping().then(() => undefined, (fault: unknown) => fault as Error)
  t.match(error, unreachable)
  t.equal(log.lines.length, 1)
  const told = JSON.stringify([log.lines, error, String(error), String(error?.cause), error?.stack])
  t.notMatch(told, /not-to-be-told/)
})
