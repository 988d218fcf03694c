import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { parsePoint } from '../../src/protocol/revocation-point.ts'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { createPulse } from '../../src/pulse.ts'
import { createFeed } from '../../src/revocation/feed/feed.ts'
import { createRevocationList } from '../../src/revocation/list.ts'
import { createMemoryRevocationCache } from '../../src/stores/memory/revocation-cache.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../src/stores/postgres/stores.ts'
import { createTestClock } from '../support/clock.ts'
import { openMigrated } from '../support/database.ts'
import { decodeRecords } from '../support/feed-table.ts'
import { createTestLog } from '../support/log.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { until } from '../support/until.ts'
import { createFragileCache } from './fragile-cache.ts'

/**
 * Random histories over one real journal: whatever fails on the way, a subscriber that goes from instance to instance by the
 * points it was given ends with the journal's entries, all of them, each once, in order.
 */

type Step =
  | { act: 'revoke'; instance: number; count: number; isAnnounced: boolean }
  | { act: 'restart' | 'resume'; instance: number }
  | { act: 'flush' | 'lose' | 'away' | 'back' | 'cut' | 'pause' | 'read' | 'second' }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    act: fc.constant('revoke' as const), instance: fc.nat(1), count: fc.integer({ min: 1, max: 4 }), isAnnounced: fc.boolean()
  }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('restart' as const, 'resume' as const), instance: fc.nat(1) }) },
  { weight: 5, arbitrary: fc.record({
    act: fc.constantFrom('flush' as const, 'lose' as const, 'away' as const, 'back' as const, 'cut' as const, 'pause' as const, 'read' as const,
      'second' as const)
  }) }
)

/** A subscriber that applies what it is told and checks that nothing is missing in between. */
function createSubscriber() {
  const applied: string[] = []
  const faults: string[] = []
  let at = { seq: 0, point: '0' }
  let [unsent, reads] = [0, true]
  let connection = 0
  let onDrained = (): void => undefined

  function apply(text: string): void {
    const data = JSON.parse(/^data: (.*)$/m.exec(text)![1]!) as { after: number; seq: number; entries: string }
    const name = /^event: (\S+)/.exec(text)![1]
    if (name === 'reset') faults.push('reset, though the journal is the same')
    if (name === 'heartbeat' && data.seq !== at.seq) faults.push(`a heartbeat for ${data.seq} at ${at.seq}`)
    if (name !== 'revocations') return
    if (data.after !== at.seq) faults.push(`from ${data.after} at ${at.seq}`)
    applied.push(...decodeRecords(Buffer.from(data.entries, 'base64url')).map(({ key }) => key))
    at = { seq: data.seq, point: /^id: (\S+)$/m.exec(text)![1]! }
  }

  return {
    applied, faults,
    seq: () => at.seq,
    point: () => at.point,
    pause() { reads = false },
    readOn() {
      [unsent, reads] = [0, true]
      onDrained()
    },
    cut() { connection++ },
    /** What was still on the way when the connection broke is lost. */
    connect() {
      const own = ++connection
      unsent = 0
      return {
        unsent: () => unsent,
        taken: () => 0,
        write(text: string | Buffer) {
          if (own !== connection) return
          // A peer that does not read has full buffers at once.
          if (!reads) unsent += 40_000
          apply(String(text))
        },
        onceDrained(callback: () => void) { onDrained = callback },
        end: (text: string) => { if (own === connection) apply(text) },
        destroy: () => undefined
      }
    }
  }
}

async function play(database: Database, history: Step[]) {
  const stores = createPostgresStores(database)
  const clock = createTestClock()
  const inner = createMemoryRevocationCache(clock)
  const fault = { isAway: false }
  const cache = createFragileCache(inner, fault)
  const subscriber = createSubscriber()

  async function start() {
    const log = createTestLog()
    const pulse = createPulse({ store: stores.state, clock, log })
    const list = createRevocationList({ journal: stores.journal, cache, pulse, clock, log })
    pulse.follow(list.follow)
    await pulse.refresh()
    const feed = createFeed({ list, keys: { jwks: () => ({ body: '{"keys":[]}' }) }, pulse, clock, log })
    return { pulse, list, feed, stop: () => { list.stop(); feed.close() } }
  }
  const instances = [await start(), await start()]

  function resume(place: number): void {
    const { feed } = instances[place]!
    const point = parsePoint(subscriber.point())!
    const claims = { jti: `c.${'A'.repeat(16)}.5.${'B'.repeat(12)}`, client_id: 'orders', sub: 'orders', kid: 'key-1' }
    const subscription = { point, claims, expiresAt: clock.now() + 600_000, arrivedAt: feed.now() }
    // Refused where this instance has not heard yet of what another has told: a subscriber tries again.
    try {
      feed.admit(subscription)
    } catch {
      return
    }
    feed.open(subscription, subscriber.connect())
  }

  const acts: { [Act in Step['act']]: (step: Extract<Step, { act: Act }>) => Promise<unknown> | void } = {
    async revoke({ instance, count, isAnnounced }) {
      const jti = () => `c.${'0'.repeat(16)}.0.${randomBytes(9).toString('base64url')}`
      const entries = await Promise.all(Array.from({ length: count }, () => stores.journal.revokeToken(jti(), { reason: 'test', actor: 'test' })))
      // An instance may die between the two. Nobody waits here: with the cache away that takes a second.
      if (isAnnounced) void instances[instance]!.list.announce(entries.reverse())
    },
    async restart({ instance }) {
      instances[instance]!.stop()
      instances[instance] = await start()
    },
    resume: ({ instance }) => resume(instance),
    flush: () => inner.reset(0, []),
    async lose() {
      const head = await inner.head() ?? 0
      await inner.reset(Math.max(0, head - 2), (await inner.entriesAfter(0, head - 2)))
    },
    away() { fault.isAway = true },
    back() { fault.isAway = false },
    cut: () => subscriber.cut(),
    pause: () => subscriber.pause(),
    read: () => subscriber.readOn(),
    async second() {
      clock.advance(1)
      await Promise.all(instances.map(({ pulse }) => pulse.refresh()))
    }
  }

  const before = await stores.journal.head()
  for (const step of history) await acts[step.act](step as never)
  subscriber.readOn()
  fault.isAway = false
  await Promise.all(instances.map(({ pulse }) => pulse.refresh()))
  resume(history.length % 2)
  const { head, entries } = await readSnapshot(stores.journal)
  await until(`the subscriber is at ${head.seq}, not at ${subscriber.seq()}`, () => subscriber.seq() === head.seq || head.seq === 0, 3000)
  instances.forEach(({ stop }) => stop())
  return { before, subscriber, expected: entries.map(({ target, value }) => keyOfValue(target, value).toString('hex')) }
}

t.test('no entry is lost, told twice or told out of order, whatever fails', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  let revoked = 0
  await fc.assert(fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async history => {
    const { subscriber, expected } = await play(database, history)
    if (subscriber.faults.length > 0) throw new Error(subscriber.faults.join('; '))
    t.same(subscriber.applied, expected)
    revoked = expected.length
    return t.passing()
  }), { numRuns: 60, endOnFailure: true })
  t.ok(revoked > 100, `${revoked} revocations in all`)
})
