import { createHash } from 'node:crypto'
import t from 'tap'
import { createEntryTable, type EntryTable } from '../../src/revocation/entry-table.ts'
import { createJournalFollower } from '../../src/revocation/journal-follower.ts'
import { createReplica } from '../../src/revocation/replica.ts'
import { createMemoryRevocationCache } from '../../src/stores/memory/revocation-cache.ts'
import type { JournalEntry, JournalHead, JournalStore } from '../../src/stores/journal.ts'
import { createTestClock } from '../support/clock.ts'
import { createTestLog } from '../support/log.ts'

const start: JournalHead = { seq: 10, hash: Buffer.alloc(32, 1) }

/** Entries that continue a journal, as the database would write them. */
function continueFrom(head: JournalHead, values: string[], endsAt = new Date(Date.UTC(2027, 0, 1))): JournalEntry[] {
  let { seq, hash } = head
  return values.map(value => {
    seq++
    hash = createHash('sha256').update(hash).update([seq, 'token', value, 0, endsAt.getTime()].join(' ')).digest()
    return { seq, target: 'token', value, cutoff: undefined, reason: 'test', createdAt: new Date(0), endsAt, hash }
  })
}

const pointOf = ({ seq, hash }: JournalHead) => ({ seq, hash: hash.subarray(0, 12).toString('base64url') })

function tableOf(entries: readonly JournalEntry[]): EntryTable {
  const table = createEntryTable()
  for (const entry of entries) table.add(entry)
  return table
}

t.test('entries are taken in order, each once', async t => {
  const replica = createReplica(createTestClock())
  replica.reset(start, tableOf([]))
  const entries = continueFrom(start, ['a', 'b', 'c'])
  t.equal(replica.append(entries.slice(0, 2)), true)
  t.equal(replica.append(entries), true)
  t.equal(replica.head?.seq, 13)
  t.same([...replica.entries()].map(entry => entry.value), ['a', 'b', 'c'])
  t.match(replica.find('token', 'b'), { seq: 12, cutoff: undefined })
  t.equal(replica.find('grant', 'b'), undefined)
})

t.test('nothing is taken beyond a gap, nor from another journal, nor before the first snapshot', async t => {
  const replica = createReplica(createTestClock())
  const entries = continueFrom(start, ['a', 'b', 'c'])
  t.equal(replica.append(entries), false)
  replica.reset(start, tableOf([]))
  t.equal(replica.append([entries[0]!, entries[2]!]), false)
  t.equal(replica.head?.seq, 11)
  const elsewhere = continueFrom({ seq: 11, hash: Buffer.alloc(32, 2) }, ['x'])
  t.equal(replica.append(elsewhere), false)
  t.same([...replica.entries()].map(entry => entry.value), ['a'])
})

t.test('an entry in the place of another one contradicts', async t => {
  const replica = createReplica(createTestClock())
  replica.reset(start, tableOf([]))
  const [first, second] = continueFrom(start, ['a', 'b']) as [JournalEntry, JournalEntry]
  replica.append([first])
  t.equal(replica.contradicts(first), false)
  t.equal(replica.contradicts(second), false, 'what is still to come')
  t.equal(replica.contradicts(continueFrom(start, ['x'])[0]!), true)
})

t.test('what has ended is forgotten, not before the tolerated skew is over, and the last one not before the next has come', async t => {
  const clock = createTestClock()
  const replica = createReplica(clock)
  replica.reset(start, tableOf([]))
  const [first] = continueFrom(start, ['a'], new Date(clock.now() + 100_000)) as [JournalEntry]
  replica.append([first])
  for (const seconds of [90, 65, 70]) {
    clock.advance(seconds)
    replica.append([])
    t.equal(replica.size(), 1, `${seconds} seconds on`)
  }
  replica.append(continueFrom(first, ['b']))
  t.match(replica.after(pointOf(first), 10), { entries: [{ value: 'b' }] }, 'who has followed until then is told the next one')
  clock.advance(61)
  replica.append([])
  t.equal(replica.find('token', 'a'), undefined)
  t.equal(replica.size(), 1)
})

t.test('who stands where the list began is told what comes, though that entry has ended long ago', async t => {
  const replica = createReplica(createTestClock())
  replica.reset(start, tableOf([]))
  replica.append(continueFrom(start, ['a', 'b']))
  t.match(replica.after(pointOf(start), 10), { entries: [{ value: 'a' }, { value: 'b' }], upTo: { seq: 12 } })
  t.equal(replica.after({ seq: 9, hash: pointOf(start).hash }, 10), undefined)
  t.equal(replica.after(pointOf({ seq: 10, hash: Buffer.alloc(32, 2) }), 10), undefined, 'of another journal')
})

t.test('a journal that was restored after the state was read is followed to its own end', async t => {
  const clock = createTestClock()
  const replica = createReplica(clock)
  const restored = { seq: 3, hash: Buffer.alloc(32, 3) }
  replica.reset({ seq: 5, hash: Buffer.alloc(32, 5) }, createEntryTable())
  async function* noPages(): AsyncGenerator<JournalEntry[]> {}
  const journal = {
    readAfter: ({ seq }: JournalHead) => Promise.resolve(seq === restored.seq ? [] : 'unknown' as const),
    snapshot: () => Promise.resolve({ head: restored, pages: noPages() })
  } as unknown as JournalStore
  const follow = createJournalFollower({ replica, journal, cache: createMemoryRevocationCache(clock), log: createTestLog() })
  await follow({ seq: 9, hash: Buffer.alloc(32, 9) })
  t.equal(replica.head, restored, 'what the state named may never come')
})
