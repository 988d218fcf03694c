import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { createEntryTable } from '../../src/revocation/entry-table.ts'
import { createSnapshots } from '../../src/revocation/feed/snapshots.ts'
import { createReplica } from '../../src/revocation/replica.ts'
import { journalEntry } from '../contract/revocation-cache.contract.ts'
import { createTestClock } from '../support/clock.ts'
import { decodeSnapshot } from '../support/feed-table.ts'

function openScene(count: number) {
  const clock = createTestClock()
  const replica = createReplica(clock)
  const fill = (upTo: number, hash: number): void => {
    const table = createEntryTable()
    for (let seq = 1; seq <= upTo; seq++) table.add(journalEntry(seq))
    replica.reset({ seq: upTo, hash: Buffer.alloc(32, hash) }, table)
  }
  if (count > 0) fill(count, 1)
  return { clock, fill, snapshots: createSnapshots({ list: { head: () => replica.head, after: replica.after }, clock }) }
}

t.test('thousands who ask at once are given the same snapshot, which was made once', async t => {
  const { snapshots } = openScene(12_000)
  const [first, ...others] = await Promise.all(Array.from({ length: 1000 }, () => snapshots.read()))
  t.ok(others.every(other => other === first))
  const { seq, records } = decodeSnapshot(first!.plain)
  t.equal(seq, 12_000)
  t.equal(records.length, 12_000)
  t.ok(gunzipSync(first!.gzipped).equals(first!.plain))
})

t.test('while one is made, others have their turn', async t => {
  const { snapshots } = openScene(200_000)
  let [turns, longest, last] = [0, 0, performance.now()]
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    turns++
  }, 1)
  await snapshots.read()
  clearInterval(watch)
  t.ok(turns > 10, `${turns} turns, ${Math.round(longest)} ms between two at most`)
})

t.test('a snapshot is good for a minute, and no longer than its journal', async t => {
  const { clock, fill, snapshots } = openScene(3)
  const first = await snapshots.read()
  fill(3, 1)
  clock.advance(59)
  t.equal(await snapshots.read(), first)
  clock.advance(2)
  const second = await snapshots.read()
  t.not(second, first)
  fill(2, 2)
  t.equal(decodeSnapshot((await snapshots.read()).plain).seq, 2, 'of the restored journal')
})

t.test('an entry takes at most 24 bytes compressed, and 36 before that', async t => {
  const { snapshots } = openScene(10_000)
  const { plain, gzipped } = await snapshots.read()
  t.ok(plain.length / 10_000 <= 36)
  t.ok(gzipped.length / 10_000 <= 24, `${(gzipped.length / 10_000).toFixed(1)} bytes`)
})

t.test('before the journal was read there is none', async t => {
  await t.rejects(openScene(0).snapshots.read(), { code: 'temporarily_unavailable', reason: 'feed/no-journal' })
})
