import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import type { WhenStale } from '../../src/protocol/verifier-rule.ts'
import type { PostgresStores } from '../../src/stores/postgres/stores.ts'
import type { JournalHead } from '../../src/stores/journal.ts'
import type { Acknowledgement, Verifier } from '../../src/stores/verifiers.ts'
import { act, randomId, times, type OpenStores } from './sample.ts'

async function addClient(stores: PostgresStores): Promise<string> {
  const id = randomId('rs-')
  await stores.clients.create({
    id, tag: clientTagOf(id), name: 'Resource server', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [],
    audience: [], redirectUris: []
  }, 'admin')
  return id
}

const pointOf = ({ seq, hash }: JournalHead) => ({ seq, hash: hash.subarray(0, 12).toString('base64url') })

const silent = { kids: undefined, maxStaleness: undefined, whenStale: undefined }

const revokeOne = ({ journal }: PostgresStores) => journal.revokeToken(randomId('jti-'), act)

export function verifiersContract(t: Test, open: OpenStores): void {
  async function begin() {
    const stores = await open()
    const clientId = await addClient(stores)
    const known = async (seq?: number): Promise<Verifier[]> =>
      (await stores.verifiers.look(seq)).verifiers.filter(verifier => verifier.clientId === clientId)
    const acknowledge = (said: Partial<Acknowledgement> & { seq: number; hash: string }) =>
      stores.verifiers.acknowledge([{ clientId, instance: 'a', ...silent, ...said }])
    return { stores, clientId, known, acknowledge, verifiers: stores.verifiers }
  }

  t.test('a subscriber is known from its first word, and has acknowledged nothing', async t => {
    const { clientId, known, verifiers } = await begin()
    await verifiers.note([
      { clientId, instance: 'b', maxStaleness: 2.5, whenStale: 'reject' }, { clientId, instance: 'a', maxStaleness: undefined, whenStale: undefined }
    ])
    t.match(await known(), [
      { instance: 'a', kids: undefined, maxStaleness: undefined, whenStale: undefined, seq: undefined, acknowledgedAt: undefined, reached: undefined },
      { instance: 'b', maxStaleness: 2.5, whenStale: 'reject' }
    ])
  })

  t.test('a subscription makes the rule laxer at once, and stricter never: an older one may come late', async t => {
    const { stores, clientId, known, acknowledge, verifiers } = await begin()
    const point = pointOf(await revokeOne(stores))
    const ruleAfter = async (maxStaleness: number | undefined, whenStale: WhenStale | undefined) => {
      await verifiers.note([{ clientId, instance: 'a', maxStaleness, whenStale }])
      const [{ maxStaleness: seconds, whenStale: policy }] = await known() as [Verifier]
      return [seconds, policy]
    }
    t.strictSame(await ruleAfter(5, 'reject'), [5, 'reject'])
    const [first] = await known()
    t.strictSame(await ruleAfter(2, 'lookup'), [5, 'lookup'], 'of each part the laxer one')
    t.strictSame(await ruleAfter(9, 'reject'), [9, 'lookup'])
    await acknowledge({ ...point, maxStaleness: 9, whenStale: 'accept' })
    t.strictSame(await ruleAfter(5, 'reject'), [9, 'accept'], 'what overtook it stays')
    await acknowledge({ ...point, maxStaleness: 5, whenStale: 'reject' })
    t.strictSame(await ruleAfter(5, 'reject'), [5, 'reject'], 'an acknowledgement says it as it is')
    t.strictSame(await ruleAfter(undefined, undefined), [undefined, undefined], 'another process under the name may have no such rule')
    t.strictSame(await ruleAfter(5, 'lookup'), [undefined, undefined])
    t.strictSame((await known())[0]!.subscribedAt, first!.subscribedAt, 'it keeps the time when it first appeared')
  })

  t.test('an acknowledgement is kept with what it says, and what it leaves out stays', async t => {
    const { stores, clientId, known, acknowledge } = await begin()
    const entry = await revokeOne(stores)
    t.strictSame(await acknowledge({ ...pointOf(entry), kids: ['k1', 'k2'], maxStaleness: 5, whenStale: 'lookup' }), ['kept'])
    t.match(await known(entry.seq), [{
      clientId, instance: 'a', kids: ['k1', 'k2'], maxStaleness: 5, whenStale: 'lookup', seq: entry.seq, reached: { at: Date, isExact: true }
    }])
    t.strictSame(await acknowledge(pointOf(entry)), ['kept'])
    t.match(await known(entry.seq), [{ kids: ['k1', 'k2'], maxStaleness: 5, whenStale: 'lookup' }])
    await acknowledge({ ...pointOf(entry), kids: [], maxStaleness: 9, whenStale: 'accept' })
    t.match(await known(entry.seq), [{ kids: [], maxStaleness: 9, whenStale: 'accept' }])
  })

  t.test('the first acknowledgement of each sequence keeps its time, and a sequence never falls', async t => {
    const { stores, known, acknowledge } = await begin()
    const [one, two, three] = [await revokeOne(stores), await revokeOne(stores), await revokeOne(stores)]
    await acknowledge(pointOf(one))
    const [first] = await known(one.seq)
    await acknowledge(pointOf(three))
    const [second] = await known(three.seq)
    await acknowledge(pointOf(two))
    await acknowledge(pointOf(three))
    t.match(await known(one.seq), [{ seq: three.seq, reached: first!.reached }])
    t.match(await known(two.seq), [{ seq: three.seq, reached: second!.reached }], 'who has a later one has it')
    const [last] = await known(three.seq)
    t.same(last!.reached, second!.reached)
    t.ok(last!.acknowledgedAt! > second!.acknowledgedAt!, 'but it was heard of')
    const next = await revokeOne(stores)
    t.match(await known(next.seq), [{ seq: three.seq, reached: undefined }])
  })

  t.test('of more than 64 acknowledgements the oldest are forgotten, and that is told', async t => {
    const { stores, known, acknowledge } = await begin()
    const entries: JournalHead[] = []
    for (let count = 0; count < 66; count++) {
      entries.push(await revokeOne(stores))
      await acknowledge(pointOf(entries.at(-1)!))
    }
    const isExact = async (place: number) => (await known(entries[place]!.seq))[0]!.reached!.isExact
    t.strictSame([await isExact(65), await isExact(3), await isExact(2), await isExact(0)], [true, true, false, false])
  })

  t.test('a point that is not of this journal is unknown, and changes nothing', async t => {
    const { stores, known, acknowledge } = await begin()
    const entry = await revokeOne(stores)
    const { seq, hash } = pointOf(entry)
    await revokeOne(stores)
    for (const wrong of [{ seq, hash: randomBytes(12).toString('base64url') }, { seq: seq - 1, hash }, { seq: seq + 1000, hash }]) {
      t.strictSame(await acknowledge(wrong), ['unknown'])
    }
    t.strictSame(await known(), [])
    t.strictSame(await acknowledge({ seq, hash }), ['kept'], 'an entry behind the head is known')
    t.strictSame(await acknowledge(pointOf(await stores.journal.head())), ['kept'])
    t.strictSame(await acknowledge({ seq: 0, hash: randomBytes(12).toString('base64url') }), ['kept'], 'before the first nothing is')
    t.match(await known(), [{ seq: (await stores.journal.head()).seq }])
  })

  t.test('a batch is answered in its order, each for itself', async t => {
    const { stores, clientId, known, verifiers } = await begin()
    const point = pointOf(await revokeOne(stores))
    const batch = [
      { clientId, instance: 'z', ...silent, ...point }, { clientId: 'nobody', instance: 'a', ...silent, ...point },
      { clientId, instance: 'b', ...silent, ...point, seq: point.seq + 9 }, { clientId, instance: 'a', ...silent, ...point }
    ]
    t.strictSame(await verifiers.acknowledge(batch), ['kept', 'unknown', 'unknown', 'kept'])
    t.strictSame((await known()).map(({ instance }) => instance), ['a', 'z'])
    t.strictSame(await verifiers.acknowledge([]), [])
  })

  t.test('batches of the same verifiers in other orders do not lock each other out', async t => {
    const { stores, clientId, known, verifiers } = await begin()
    const point = pointOf(await revokeOne(stores))
    const names = Array.from({ length: 50 }, (_, place) => `i-${place}`)
    await times(12, async place => {
      const order = place % 2 === 0 ? names : names.toReversed()
      await verifiers.acknowledge(order.map(instance => ({ clientId, instance, ...silent, ...point })))
      await verifiers.note(order.map(instance => ({ clientId, instance, maxStaleness: 5, whenStale: 'reject' })))
    })
    t.equal((await known()).filter(({ seq }) => seq === point.seq).length, 50)
  })

  t.test('without a sequence it is the newest revocation that is looked at, and one that never was is none', async t => {
    const { stores, verifiers } = await begin()
    const entry = await revokeOne(stores)
    const { revocation, head, now } = await verifiers.look()
    t.strictSame(revocation, { seq: entry.seq, revokedAt: entry.createdAt })
    t.equal(head, entry.seq)
    t.ok(now >= entry.createdAt)
    t.equal((await verifiers.look(entry.seq + 1)).revocation, undefined)
  })

  t.test('who says goodbye is gone without a word, who is removed leaves one in the audit trail', async t => {
    const { stores, clientId, known, verifiers } = await begin()
    await verifiers.note(['a', 'b'].map(instance => ({ clientId, instance, maxStaleness: 5, whenStale: 'lookup' as const })))
    for (let twice = 0; twice < 2; twice++) await verifiers.forget({ clientId, instance: 'a' })
    t.match(await known(), [{ instance: 'b' }])
    t.equal(await verifiers.remove({ clientId, instance: 'b' }, 'admin'), true)
    t.equal(await verifiers.remove({ clientId, instance: 'b' }, 'admin'), false)
    t.strictSame(await known(), [])
    const events = (await stores.audit.list({ limit: 10, subject: clientId })).filter(({ kind }) => kind.startsWith('verifier/'))
    t.match(events, [{ kind: 'verifier/removed', actor: 'admin', details: { instance: 'b' } }])
    t.equal(events.length, 1)
  })

  t.test('a client has at most 10,000 names: a further one is refused until another is gone, and those that are known go on', async t => {
    const { stores, clientId, known, acknowledge, verifiers } = await begin()
    const subscribe = (from: number, count: number, id = clientId) => verifiers.note(Array.from({ length: count }, (_, place) =>
      ({ clientId: id, instance: `v-${from + place}`, maxStaleness: 5, whenStale: 'accept' as const })))
    for (let from = 0; from < 9000; from += 1000) await subscribe(from, 1000)
    const outcomes = await subscribe(9000, 1100)
    t.strictSame([outcomes.slice(0, 1000), outcomes.slice(1000)].map(part => [...new Set(part)]), [['noted'], ['full']])
    t.equal((await known()).length, 10_000)
    const point = pointOf(await revokeOne(stores))
    t.strictSame(await acknowledge({ ...point, instance: 'new' }), ['full'])
    t.strictSame(await acknowledge({ ...point, instance: 'v-0' }), ['kept'])
    t.strictSame(await subscribe(0, 1, await addClient(stores)), ['noted'], 'another client is not concerned')
    await verifiers.forget({ clientId, instance: 'v-1' })
    t.strictSame(await acknowledge({ ...point, instance: 'new' }), ['kept'])
    t.strictSame([await subscribe(1, 1), await subscribe(2, 1)], [['full'], ['noted']])
    await stores.clients.delete(clientId, act)
  })

  t.test('a client that is deleted takes its verifiers along', async t => {
    const { clientId, known, stores, verifiers } = await begin()
    await verifiers.note([{ clientId, instance: 'a', maxStaleness: 5, whenStale: 'lookup' }])
    await stores.clients.delete(clientId, act)
    t.strictSame(await known(), [])
    await verifiers.note([{ clientId, instance: 'a', maxStaleness: 5, whenStale: 'lookup' }])
    t.strictSame(await known(), [])
  })
}
