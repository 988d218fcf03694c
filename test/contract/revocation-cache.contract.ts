import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import type { JournalEntry } from '../../src/stores/journal.ts'
import type { RevocationCache } from '../../src/stores/revocation-cache.ts'
import { until } from '../support/until.ts'

/** Two views of the same cache, as two instances have them. */
export interface OpenCaches {
  one: RevocationCache
  other: RevocationCache
}

export function journalEntry(seq: number, change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    seq,
    target: 'grant',
    value: `value-${seq}`,
    cutoff: undefined,
    reason: 'signed out',
    createdAt: new Date(1_780_000_000_123),
    endsAt: new Date(4_000_000_000_456),
    hash: createHash('sha256').update(String(seq)).digest(),
    ...change
  }
}

const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => journalEntry(from + i))

/** What every RevocationCache must do. */
export function revocationCacheContract(t: Test, open: (t: Test) => Promise<OpenCaches>): void {
  announcing(t, open)
  resetting(t, open)
}

function announcing(t: Test, open: (t: Test) => Promise<OpenCaches>): void {
  t.test('a new cache has no head and no entries', async t => {
    const { one } = await open(t)
    t.equal(await one.head(), undefined)
    t.same(await one.entriesAfter(0, 1000), [])
  })

  t.test('what one instance announces another reads, whole and in order', async t => {
    const { one, other } = await open(t)
    const user = journalEntry(2, { target: 'user', value: 'usr_ü', cutoff: 281_474_976_710_655 })
    await one.announce([user, journalEntry(1)])
    await one.announce([journalEntry(10), journalEntry(9)])
    t.equal(await other.head(), 10)
    t.strictSame(await other.entriesAfter(0, 10), [journalEntry(1), user, journalEntry(9), journalEntry(10)])
    t.same((await other.entriesAfter(1, 9)).map(entry => entry.seq), [2, 9])
  })

  t.test('the head is never lowered by a late announcement, whose entry is held all the same', async t => {
    const { one, other } = await open(t)
    await one.announce([journalEntry(12)])
    await other.announce([journalEntry(11)])
    t.equal(await one.head(), 12)
    t.same((await one.entriesAfter(0, 12)).map(entry => entry.seq), [11, 12])
  })

  t.test('announcing twice is announcing once, and the later entry of a sequence stands', async t => {
    const { one } = await open(t)
    await one.announce([journalEntry(1)])
    await one.announce([journalEntry(1)])
    t.equal((await one.entriesAfter(0, 1)).length, 1)
    await one.announce([journalEntry(1, { value: 'of another journal' })])
    t.same((await one.entriesAfter(0, 1)).map(entry => entry.value), ['of another journal'])
  })

  t.test('100 announcements at once leave the highest head and every entry', async t => {
    const { one, other } = await open(t)
    await Promise.all(entries(1, 100).reverse().map(entry => (entry.seq % 2 === 0 ? one : other).announce([entry])))
    t.equal(await one.head(), 100)
    t.same((await other.entriesAfter(0, 100)).map(entry => entry.seq), entries(1, 100).map(entry => entry.seq))
  })

  t.test('an entry that ended long ago is not held, and still raises the head', async t => {
    const { one } = await open(t)
    await one.announce([journalEntry(7, { endsAt: new Date(1_000_000_000_000) })])
    t.equal(await one.head(), 7)
    t.same(await one.entriesAfter(0, 7), [])
  })

  t.test('an announcement is heard by both instances, until they stop listening', async t => {
    const { one, other } = await open(t)
    const heard: string[] = []
    const stop = one.onChange(change => { if (change === 'announced') heard.push('one') })
    other.onChange(change => { if (change === 'announced') heard.push('other') })
    await other.announce([journalEntry(1)])
    await until('both have heard', () => heard.includes('one') && heard.includes('other'))
    stop()
    heard.length = 0
    await one.announce([journalEntry(2)])
    await until('the one that still listens has heard', () => heard.includes('other'))
    t.notOk(heard.includes('one'))
  })
}

function resetting(t: Test, open: (t: Test) => Promise<OpenCaches>): void {
  t.test('a reset replaces everything, a higher head included', async t => {
    const { one, other } = await open(t)
    await one.announce(entries(1, 20))
    await other.reset(5, [journalEntry(3), journalEntry(5)])
    t.equal(await one.head(), 5)
    t.same((await one.entriesAfter(0, 100)).map(entry => entry.seq), [3, 5])
  })

  t.test('a reset to an empty journal has a head of zero', async t => {
    const { one } = await open(t)
    await one.announce(entries(1, 2))
    await one.reset(0, [])
    t.equal(await one.head(), 0)
    t.same(await one.entriesAfter(0, 100), [])
  })

  t.test('a reset of thousands of entries arrives whole', async t => {
    const { one, other } = await open(t)
    await one.reset(2501, entries(1, 2501))
    t.equal(await other.head(), 2501)
    t.equal((await other.entriesAfter(0, 2501)).length, 2501)
  })

  t.test('a reset from a snapshot older than an announcement does nothing', async t => {
    const { one, other } = await open(t)
    await other.announce([journalEntry(9)])
    await one.reset(8, entries(1, 8), 0)
    await one.reset(8, entries(1, 8), 4)
    t.equal(await one.head(), 9)
    t.same((await one.entriesAfter(0, 9)).map(entry => entry.seq), [9])
    await one.reset(9, entries(1, 9), 9)
    t.equal((await one.entriesAfter(0, 9)).length, 9)
  })
}
