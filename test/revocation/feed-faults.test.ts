import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { unavailable } from '../../src/protocol/errors.ts'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { isPointOf, parsePoint, renderPoint } from '../../src/protocol/revocation-point.ts'
import { createPulse } from '../../src/pulse.ts'
import { createFeed } from '../../src/revocation/feed/feed.ts'
import { createSnapshots } from '../../src/revocation/feed/snapshots.ts'
import { createRevocationList } from '../../src/revocation/list.ts'
import { createMemoryRevocationCache } from '../../src/stores/memory/revocation-cache.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../src/stores/postgres/stores.ts'
import { createTestClock } from '../support/clock.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { until } from '../support/until.ts'
import { createCheckingSubscriber } from './checking-subscriber.ts'
import { createFragileCache } from './fragile-cache.ts'

/**
 * Random histories over one real journal: whatever fails on the way, a subscriber that goes from instance to instance by the
 * points it was given ends with the journal's entries, all of them, each once, in order. Meanwhile it forgets none that the
 * journal still has, and takes a snapshot only where its point is none of the journal.
 */

type Step =
  | { act: 'revoke'; instance: number; count: number; isAnnounced: boolean }
  | { act: 'restart' | 'resume' | 'anew' | 'beat'; instance: number }
  | { act: 'restore'; count: number }
  | { act: 'flush' | 'lose' | 'cacheAway' | 'journalAway' | 'back' | 'cut' | 'pause' | 'read' | 'second' }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    act: fc.constant('revoke' as const), instance: fc.nat(1), count: fc.integer({ min: 1, max: 4 }), isAnnounced: fc.boolean()
  }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('restart' as const, 'beat' as const), instance: fc.nat(1) }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom('resume' as const, 'anew' as const), instance: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('restore' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 5, arbitrary: fc.record({
    act: fc.constantFrom('flush' as const, 'lose' as const, 'cacheAway' as const, 'journalAway' as const, 'back' as const, 'cut' as const,
      'pause' as const, 'read' as const, 'second' as const)
  }) }
)

const claims = { jti: `c.${'A'.repeat(16)}.5.${'B'.repeat(12)}`, client_id: 'orders', sub: 'orders', kid: 'key-1' }

/** Two instances over one journal and one cache, whose links fail together. */
async function openScene(database: Database) {
  const stores = createPostgresStores(database)
  const testClock = createTestClock()
  let ticks = 0
  // No two moments are the same, as on a real clock.
  const clock = { ...testClock, monotonic: () => testClock.monotonic() + (ticks += 0.0001) }
  const inner = createMemoryRevocationCache(clock)
  const fault = { isAway: false, isJournalAway: false }
  const cache = createFragileCache(inner, fault)
  const fragile = <Store extends object>(store: Store): Store => new Proxy(store, {
    get: (target, name) => fault.isJournalAway ? () => Promise.reject(unavailable('database/unreachable')) : Reflect.get(target, name) as unknown
  })

  async function start() {
    const log = createTestLog()
    const pulse = createPulse({ store: fragile(stores.state), clock, log })
    const list = createRevocationList({ journal: fragile(stores.journal), cache, pulse, clock, log })
    pulse.follow(list.follow)
    await pulse.refresh()
    const feed = createFeed({ list, keys: { jwks: () => ({ body: '{"keys":[]}' }) }, pulse, clock, log })
    return { pulse, list, feed, snapshots: createSnapshots({ list, clock }), stop: () => { list.stop(); feed.close() } }
  }
  return { stores, clock, inner, fault, start, subscriber: createCheckingSubscriber(clock), instances: [await start(), await start()] }
}

type Scene = Awaited<ReturnType<typeof openScene>>

/** Connects as the route and the verifier do; what cannot be served now is tried again later. */
async function resume({ instances, clock, stores, subscriber }: Scene, place: number): Promise<void> {
  const { feed, snapshots } = instances[place]!
  subscriber.cut()
  if (subscriber.point() === undefined) subscriber.begin((await snapshots.read()).plain)
  const point = parsePoint(subscriber.point()!)!
  const subscription = { point, claims, expiresAt: clock.now() + 600_000, arrivedAt: feed.now() }
  try {
    await feed.recognize(point)
    feed.admit(subscription)
    feed.open(subscription, subscriber.connect())
  } catch (error) {
    if ((error as { code: string }).code !== 'snapshot_required') return
    subscriber.abandon()
    const { head, entries } = await readSnapshot(stores.journal)
    if ([head, ...entries].some(place => isPointOf(point, place))) subscriber.faults.push(`${point.seq} is a point of the journal, and was refused`)
  }
}

/** Sets the journal back by some revocations, as a backup would. */
async function restore({ query }: Database, { stores, subscriber }: Scene, count: number): Promise<void> {
  const { entries } = await readSnapshot(stores.journal)
  const last = entries.at(-1 - count)
  if (last === undefined) return
  subscriber.lose(entries.slice(-count).map(({ target, value }) => keyOfValue(target, value).toString('hex')))
  await query.run(Prisma.sql`DELETE FROM revocations WHERE seq > ${last.seq}::bigint`)
  await query.run(Prisma.sql`UPDATE journal_head SET seq = ${last.seq}::bigint, hash = ${last.hash}::bytea`)
}

const heal = ({ fault }: Scene): void => void Object.assign(fault, { isAway: false, isJournalAway: false })

async function passSecond({ clock, instances }: Scene): Promise<void> {
  clock.advance(1)
  await Promise.allSettled(instances.map(({ pulse }) => pulse.refresh()))
}

type Acts = { [Act in Step['act']]: (step: Extract<Step, { act: Act }>) => Promise<unknown> | void }

function actsOn(database: Database, scene: Scene): Acts {
  const { stores, inner, fault, start, subscriber, instances } = scene
  return {
    async revoke({ instance, count, isAnnounced }) {
      const jti = () => `c.${'0'.repeat(16)}.0.${randomBytes(9).toString('base64url')}`
      const entries = await Promise.all(Array.from({ length: count }, () => stores.journal.revokeToken(jti(), { reason: 'test', actor: 'test' })))
      // An instance may die between the two. Nobody waits here: with the cache away that takes a second.
      if (isAnnounced) void instances[instance]!.list.announce(entries.reverse())
    },
    async restart({ instance }) {
      if (fault.isJournalAway) return
      instances[instance]!.stop()
      instances[instance] = await start()
    },
    resume: ({ instance }) => resume(scene, instance),
    anew({ instance }) {
      subscriber.abandon()
      return resume(scene, instance)
    },
    beat: ({ instance }) => instances[instance]!.pulse.refresh().catch(() => undefined),
    restore: ({ count }) => restore(database, scene, count),
    flush: () => inner.reset(0, []),
    async lose() {
      const head = await inner.head() ?? 0
      await inner.reset(Math.max(0, head - 2), (await inner.entriesAfter(0, head - 2)))
    },
    cacheAway() { fault.isAway = true },
    journalAway() { fault.isJournalAway = true },
    back: () => heal(scene),
    cut: () => subscriber.cut(),
    pause: () => subscriber.pause(),
    read: () => subscriber.readOn(),
    second: () => passSecond(scene)
  }
}

async function play(database: Database, history: Step[]) {
  const scene = await openScene(database)
  const { stores, clock, subscriber, instances } = scene
  const acts = actsOn(database, scene)
  for (const step of history) {
    clock.advance(0.01)
    await acts[step.act](step as never)
  }
  heal(scene)
  subscriber.readOn()
  const { head, entries } = await readSnapshot(stores.journal)
  const end = renderPoint(head)
  await until(`the subscriber has come to ${end}`, async () => {
    await passSecond(scene)
    if (!subscriber.isConnected()) await resume(scene, history.length % 2)
    return subscriber.settledAt(end) !== undefined || subscriber.faults.length > 0
  }, 3000)
  instances.forEach(({ stop }) => stop())
  return { subscriber, applied: subscriber.settledAt(end), expected: entries.map(({ target, value }) => keyOfValue(target, value).toString('hex')) }
}

async function check(t: Test, url?: string): Promise<void> {
  const database = await openMigrated(t.testdir(), url)
  t.teardown(() => database.close())
  // So that every place of the journal has a hash, the first one too.
  await createPostgresStores(database).journal.revokeToken(claims.jti.replace('5', '0'), { reason: 'test', actor: 'test' })
  let revoked = 0
  await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async history => {
    const { subscriber, applied, expected } = await play(database, history)
    if (subscriber.faults.length > 0) throw new Error(subscriber.faults.join('; '))
    t.same(applied, expected)
    revoked = expected.length
    return t.passing()
  }), { numRuns: 60, endOnFailure: true })
  t.ok(revoked > 100, `${revoked} revocations in all`)
}

const title = 'no entry is lost, told twice, told out of order or forgotten, whatever fails'

t.test(`${title}: embedded`, t => check(t))

t.test(`${title}: real PostgreSQL`, { skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set' }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  t.teardown(drop)
  await check(t, url)
})
