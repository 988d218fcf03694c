import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { unavailable } from '../../src/protocol/errors.ts'
import { createPulse } from '../../src/pulse.ts'
import { createRevocationList } from '../../src/revocation/list.ts'
import { createMemoryRevocationCache } from '../../src/stores/memory/revocation-cache.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../src/stores/postgres/stores.ts'
import type { JournalEntry } from '../../src/stores/journal.ts'
import type { RevocationCache } from '../../src/stores/revocation-cache.ts'
import { createTestClock } from '../support/clock.ts'
import { openMigrated } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'
import { until } from '../support/until.ts'
import { createFragileCache } from './fragile-cache.ts'

/** Two instances' lists over one real journal and one cache, whose faults are made here. */

const act = { reason: 'test', actor: 'test' }
const fault = { isAway: false }

/** One cache for all, that can be away, and whose word of an announcement nobody hears. */
function createMuteCache(inner: RevocationCache) {
  const listeners = new Set<(change: 'announced' | 'reconnected') => void>()
  const cache: RevocationCache = {
    ...createFragileCache(inner, fault),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
  return { cache, reconnect: () => listeners.forEach(listener => listener('reconnected')) }
}

async function setScene(t: Test, database: Database) {
  const stores = createPostgresStores(database)
  const clock = createTestClock()
  const inner = createMemoryRevocationCache(clock)
  const { cache, reconnect } = createMuteCache(inner)
  fault.isAway = false
  const instances = await Promise.all([1, 2].map(async () => {
    const log = createTestLog()
    const reads = { count: 0 }
    const store = { ...stores.state, read: () => { reads.count++; return stores.state.read() } }
    const pulse = createPulse({ store, clock, log })
    const list = createRevocationList({ journal: stores.journal, cache, pulse, clock, log })
    pulse.follow(list.follow)
    await pulse.refresh()
    t.teardown(list.stop)
    return { list, log, pulse, reads }
  }))
  const [one, other] = instances as [typeof instances[0], typeof instances[0]]
  const newJti = () => `c.0000000000000000.0.${randomBytes(9).toString('base64url')}`
  async function revoke({ list } = one): Promise<JournalEntry> {
    const entry = await stores.journal.revokeToken(newJti(), act)
    await list.announce([entry])
    return entry
  }
  async function knows({ list }: typeof one, { value }: JournalEntry): Promise<boolean> {
    await list.confirm()
    return list.find('token', value) !== undefined
  }
  // The head is there, so that a lookup has something to compare with.
  await revoke()
  await one.list.confirm()
  await other.list.confirm()
  return { stores, clock, inner, reconnect, one, other, revoke, knows, newJti }
}

/** Sets the journal back to an earlier head, as restoring a backup does. */
async function setBack({ query }: Database, to: JournalEntry): Promise<void> {
  await query.run(Prisma.sql`DELETE FROM revocations WHERE seq > ${to.seq}`)
  await query.run(Prisma.sql`UPDATE journal_head SET seq = ${to.seq}, hash = ${to.hash}`)
}

t.test('the revocation list', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())

  await t.test('what one instance announces the other knows at its next question, without the database', async t => {
    const { one, other, revoke, knows } = await setScene(t, database)
    const before = other.reads.count
    t.equal(await knows(other, await revoke(one)), true)
    t.equal(other.reads.count, before)
  })

  await t.test('the cache is believed for a second, then the journal is asked', async t => {
    const { clock, stores, other, knows, newJti } = await setScene(t, database)
    const silent = await stores.journal.revokeToken(newJti(), act)
    t.equal(await knows(other, silent), false, 'nobody has announced it, and its second is not over')
    clock.advance(1.001)
    t.equal(await knows(other, silent), true)
  })

  await t.test('a head that the caller has read stands for every question, and one that is further is followed', async t => {
    const { stores, other, newJti } = await setScene(t, database)
    const head = await stores.journal.head()
    const before = other.reads.count
    fault.isAway = true
    t.equal(await other.list.confirm(head), head.seq)
    t.equal(other.reads.count, before, 'neither the cache nor the journal was asked')
    fault.isAway = false
    const silent = await stores.journal.revokeToken(newJti(), act)
    t.equal(await other.list.confirm(await stores.journal.head()), silent.seq)
    t.ok(other.list.find('token', silent.value), 'although nobody has announced it, and the cache is believed still')
  })

  await t.test('after a reconnect the cache is not believed before the journal was read', async t => {
    const { inner, other, revoke, knows, reconnect, stores, newJti } = await setScene(t, database)
    const known = await revoke()
    t.equal(await knows(other, known), true)
    const lost = await stores.journal.revokeToken(newJti(), act)
    t.equal(await inner.head(), known.seq, 'the fail-over has lost the last write')
    reconnect()
    t.equal(await knows(other, lost), true)
  })

  await t.test('a cache that was flushed or set back is mended, and meanwhile nothing is forgotten', async t => {
    const { inner, one, other, revoke, knows } = await setScene(t, database)
    const entries = [await revoke(), await revoke()]
    for (const entry of entries) t.equal(await knows(other, entry), true)
    for (const [seq, kept] of [[0, []], [entries[0]!.seq, [entries[0]!]]] as const) {
      await inner.reset(seq, [...kept])
      for (const instance of [one, other]) for (const entry of entries) t.equal(await knows(instance, entry), true)
      await until('the cache has its head again', async () => await inner.head() === entries[1]!.seq)
    }
  })

  await t.test('an announcement that comes while a gap is noticed is not cleared away', async t => {
    const { inner, stores, other, knows, newJti } = await setScene(t, database)
    const [first, second] = [await stores.journal.revokeToken(newJti(), act), await stores.journal.revokeToken(newJti(), act)]
    await inner.announce([second])
    t.equal(await knows(other, second), true)
    t.equal(await knows(other, first), true, 'which was never announced')
    t.equal(await inner.head(), second.seq)
    t.same((await inner.entriesAfter(first.seq - 1, second.seq)).map(entry => entry.seq), [second.seq], 'left as it was')
  })

  await t.test('with the cache away the journal is asked, and the revoking call returns when all can know', async t => {
    const { one, other, revoke, knows } = await setScene(t, database)
    fault.isAway = true
    const startedAt = performance.now()
    const entry = await revoke(one)
    t.ok(performance.now() - startedAt > 950, 'another instance might have believed the cache for a second')
    t.equal(await knows(other, entry), true)
    t.match(one.log.lines.map(line => line.message).join(), /could not be announced/)
  })

  await t.test('with the database away as well nothing is confirmed', async t => {
    const { clock, other, stores } = await setScene(t, database)
    fault.isAway = true
    const read = stores.state.read
    t.teardown(() => { stores.state.read = read })
    stores.state.read = () => Promise.reject(unavailable('database/unreachable'))
    clock.advance(0.5)
    await t.rejects(other.list.confirm(), { code: 'temporarily_unavailable' })
  })

  await t.test('a database that does not answer is waited for two seconds', async t => {
    const { clock, other, stores } = await setScene(t, database)
    const read = stores.state.read
    t.teardown(() => { stores.state.read = read })
    stores.state.read = () => new Promise(() => undefined)
    clock.advance(2)
    await t.rejects(other.list.confirm(), { code: 'temporarily_unavailable', reason: 'revocation/unconfirmed' })
  })

  await t.test('a restored journal is noticed by the first revocation after it, on every instance', async t => {
    const { inner, one, other, revoke, knows } = await setScene(t, database)
    const kept = await revoke()
    const lost = [await revoke(), await revoke(), await revoke()]
    for (const instance of [one, other]) for (const entry of lost) t.equal(await knows(instance, entry), true)
    await setBack(database, kept)
    const fresh = await revoke(one)
    t.equal(fresh.seq, lost[0]!.seq, 'it takes the place of a lost one')
    for (const instance of [one, other]) {
      t.equal(await knows(instance, fresh), true)
      t.equal(await knows(instance, kept), true)
      t.equal(await knows(instance, lost[0]!), false, 'the lost revocations are no more')
    }
    t.same((await inner.entriesAfter(kept.seq, Infinity)).map(entry => entry.value), [fresh.value])
  })

  await t.test('a cache that kept entries of a lost journal is mended', async t => {
    const { inner, clock, one, other, revoke, knows } = await setScene(t, database)
    const kept = await revoke()
    const lost = [await revoke(), await revoke(), await revoke()]
    fault.isAway = true
    await setBack(database, kept)
    clock.advance(1.5)
    for (const instance of [one, other]) t.equal(await knows(instance, lost[2]!), false)
    fault.isAway = false
    t.equal(await inner.head(), lost[2]!.seq)
    const fresh = await revoke(one)
    t.equal(await knows(other, fresh), true)
    t.equal(await knows(other, lost[2]!), false)
    await until('the cache is mended', async () => await inner.head() === fresh.seq)
    const before = other.reads.count
    t.equal(await knows(other, await revoke(one)), true)
    t.equal(other.reads.count, before, 'and believed again')
  })
})
