import { createHash } from 'node:crypto'
import t from 'tap'
import { createEntryTable, type EntryTable } from '../../src/revocation/entry-table.ts'
import { createReplica } from '../../src/revocation/replica.ts'
import type { JournalEntry, JournalHead } from '../../src/stores/journal.ts'
import { createTestClock } from '../support/clock.ts'

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

t.test('what has ended is forgotten, not before the tolerated skew is over', async t => {
  const clock = createTestClock()
  const replica = createReplica(clock)
  replica.reset(start, tableOf(continueFrom(start, ['a'], new Date(clock.now() + 100_000))))
  for (const [seconds, size] of [[90, 1], [65, 1], [70, 0]] as const) {
    clock.advance(seconds)
    replica.append([])
    t.equal(replica.size(), size, `${seconds} seconds on`)
  }
  t.equal(replica.find('token', 'a'), undefined)
})

t.test('whoever stands at a head that has ended goes on from there', async t => {
  const clock = createTestClock()
  const replica = createReplica(clock)
  replica.reset(start, tableOf([]))
  const [ended] = continueFrom(start, ['a'], new Date(clock.now() + 1000)) as [JournalEntry]
  replica.append([ended])
  clock.advance(200)
  replica.append(continueFrom(ended, ['b', 'c']))
  const point = ({ seq, hash }: JournalHead) => ({ seq, hash: hash.subarray(0, 12).toString('base64url') })
  const valuesAfter = (head: JournalHead) => replica.after(point(head), 10)?.entries.map(entry => entry.value)
  t.equal(replica.find('token', 'a'), undefined)
  t.same(valuesAfter(ended), ['b', 'c'])
  t.equal(valuesAfter({ ...ended, hash: Buffer.alloc(32, 9) }), undefined, 'of another journal')
  replica.reset({ seq: 20, hash: Buffer.alloc(32, 3) }, tableOf([]))
  t.equal(valuesAfter(ended), undefined, 'after another journal took its place')
})
