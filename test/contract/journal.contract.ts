import { createHash, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { JournalEntry, JournalHead } from '../../src/stores/journal.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { act, randomId, signInAnew, times, type OpenStores } from './sample.ts'

/** The running hash after an entry, as append_revocation makes it. */
function chain(before: Buffer, { seq, target, value, cutoff, endsAt }: JournalEntry): Buffer {
  const line = [seq, target, value, cutoff ?? 0, endsAt.getTime()].join(' ')
  return createHash('sha256').update(before).update(line).digest()
}

function isChained(head: JournalHead, entries: JournalEntry[]): boolean {
  let { seq, hash } = head
  return entries.every(entry => {
    const right = entry.seq === seq + 1 && chain(hash, entry).equals(entry.hash)
    seq = entry.seq
    hash = entry.hash
    return right
  })
}

export function journalContract(t: Test, open: OpenStores): void {
  t.test('50 revocations at once leave no gap, in order, and each hash stands on the one before', async t => {
    const stores = await open()
    const { journal } = stores
    const grants = await times(10, () => signInAnew(stores))
    const before = await journal.head()
    await Promise.all([
      times(40, () => journal.revokeToken(randomId('jti-'), act)),
      ...grants.map((grant, place) => place % 2 === 0
        ? stores.grants.revoke(grant.id, act)
        : stores.users.endEverything(grant.userId, act))
    ])
    const entries = await journal.readAfter(before, 100)
    if (entries === 'unknown') return t.fail('the head of a moment ago must be known')
    t.equal(entries.length, 50)
    t.ok(isChained(before, entries))
    const head = await journal.head()
    t.same(head, { seq: before.seq + 50, hash: entries.at(-1)!.hash })
    const middle = entries[20]!
    t.same(await journal.readAfter(middle, 10), entries.slice(21, 31))
  })

  t.test('a reader of another journal is told so', async t => {
    const { journal } = await open()
    const entry = await journal.revokeToken(randomId('jti-'), act)
    t.same(await journal.readAfter(await journal.head(), 10), [])
    for (const seq of [entry.seq, entry.seq - 1, entry.seq + 1, 0]) {
      t.equal(await journal.readAfter({ seq, hash: randomBytes(32) }, 10), 'unknown')
    }
    t.equal(await journal.readAfter({ seq: entry.seq + 1, hash: entry.hash }, 10), 'unknown')
  })

  t.test('a snapshot holds every live entry in order and the head they stand for', async t => {
    const { journal } = await open()
    const entry = await journal.revokeToken(randomId('jti-'), act)
    const { head, entries } = await readSnapshot(journal)
    t.same(head, { seq: entry.seq, hash: entry.hash })
    t.same(entries.at(-1), entry)
    t.same(entries.map(({ seq }) => seq), entries.map(({ seq }) => seq).sort((a, b) => a - b))
  })

  t.test('a token is revoked once, and every caller gets the same entry', async t => {
    const { journal } = await open()
    const before = await journal.head()
    const jti = randomId('jti-')
    const [first, ...others] = await times(20, () => journal.revokeToken(jti, act))
    t.match(first, { target: 'token', value: jti, cutoff: undefined })
    for (const other of others) t.same(other, first)
    t.equal((await journal.head()).seq, before.seq + 1)
  })

  t.test('an entry ends after the longest token it covers, and a minute for clocks that differ', async t => {
    const { journal, state } = await open()
    await state.setAccessTokenLifetime(600)
    const entry = await journal.revokeToken(randomId('jti-'), act)
    const { endsAt, createdAt } = entry
    const seconds = (endsAt.getTime() - createdAt.getTime()) / 1000
    t.ok(seconds >= 659.9, `${seconds} s`)
    t.ok(Math.abs(createdAt.getTime() - Date.now()) < 60_000)
    await journal.prune()
    t.same((await readSnapshot(journal)).entries.at(-1), entry, 'until then it is not pruned')
  })

  t.test('the end of the issuer raises the number below which all is dead', async t => {
    const { journal, state } = await open()
    const [one, other] = [await journal.revokeIssuer(act), await journal.revokeIssuer(act)]
    t.match(one, { target: 'issuer', value: '' })
    t.ok(other.cutoff! > one.cutoff!)
    t.equal((await state.read()).issuerCutoff, other.cutoff)
  })

  t.test('ends of every kind at once do not lock each other out', async t => {
    const stores = await open()
    const grants = await times(8, () => signInAnew(stores))
    await Promise.all(grants.flatMap(grant => [
      stores.journal.revokeIssuer(act), stores.clients.endEverything('countersign', act),
      stores.users.endEverything(grant.userId, act), stores.sessions.end(grant.sessionId, act),
      stores.grants.revoke(grant.id, act)
    ]))
    for (const grant of grants) t.match(await stores.grants.find(grant.id), { live: false })
  })
}
