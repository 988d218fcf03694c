import t from 'tap'
import { unavailable } from '../../src/protocol/errors.ts'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { parsePoint, renderPoint } from '../../src/protocol/revocation-point.ts'
import { decodeRecords, type DecodedRecord } from '../support/feed-table.ts'
import { until } from '../support/until.ts'
import { openFeedScene, type FeedScene, type Peer } from './feed-scene.ts'

const open = (t: { teardown(fn: () => void): void }, capacity?: number): FeedScene => {
  const scene = openFeedScene(capacity)
  t.teardown(() => scene.feed.close())
  return scene
}

const recordsOf = (peer: Peer): DecodedRecord[] => [...peer.text().matchAll(/"entries":"([^"]*)"/g)]
  .flatMap(([, entries]) => decodeRecords(Buffer.from(entries!, 'base64url')))

const untilNamed = (peer: Peer, name: string): Promise<void> => until(`${name}: ${peer.names().join()}`, () => peer.names().includes(name))

t.test('a stream begins with the keys, what was missed and a heartbeat, and goes on with what is new', async t => {
  const scene = open(t)
  scene.revoke('session', 'one')
  const point = renderPoint(scene.head())
  scene.revoke('session', 'two')
  const [all, rest] = [scene.subscribe(), scene.subscribe({ after: point })]
  t.same(all.names(), ['jwks', 'revocations', 'heartbeat'])
  t.same(recordsOf(rest).map(({ key }) => key), [keyOfValue('session', 'two').toString('hex')])
  scene.revoke('user', 'three', 12)
  scene.revoke('user', 'four', 13)
  for (const peer of [all, rest]) {
    await until('it has all', () => peer.text().includes(`id: ${renderPoint(scene.head())}\ndata: {"after":2`))
    t.equal(peer.names().filter(name => name === 'revocations').length, 2, 'what comes together is told together')
    t.equal(recordsOf(peer).at(-1)!.cutoff, 13)
  }
})

t.test('a heartbeat comes each second, spread over it, and never claims more than was confirmed', async t => {
  const scene = open(t)
  const peers = Array.from({ length: 500 }, () => scene.subscribe())
  const beats = (peer: Peer): number => peer.names().filter(name => name === 'heartbeat').length
  scene.confirmed.age = 0.4
  let most = 0
  for (let step = 0; step < 50; step++) {
    const before = peers.reduce((sum, peer) => sum + beats(peer), 0)
    scene.clock.advance(0.02)
    await until('the wheel has turned', () => peers.reduce((sum, peer) => sum + beats(peer), 0) > before)
    most = Math.max(most, peers.reduce((sum, peer) => sum + beats(peer), 0) - before)
  }
  t.ok(peers.every(peer => beats(peer) === 2))
  t.ok(most <= 20, `${most} at a time`)
  for (const peer of peers) {
    const [, confirmed, sent] = /"confirmed":(-?\d+),"sent":(\d+)\}\n\n$/.exec(peer.text())!.map(Number)
    t.ok(Math.abs(sent! - confirmed! - 400) <= 1)
  }
})

t.test('a peer that does not read costs a bounded amount of memory, and is cut off after five seconds', async t => {
  const scene = open(t)
  const [slow, quick] = [scene.subscribe({ reads: false }), scene.subscribe()]
  for (let round = 0; round < 20; round++) {
    scene.revokeMany(700)
    await until('those who read have it', () => recordsOf(quick).length === 700 * (round + 1))
  }
  t.ok(slow.mostUnsent() <= 64 * 1024, `${slow.mostUnsent()} bytes`)
  for (let second = 0; second < 7; second++) {
    scene.clock.advance(1)
    await until('the second is over', () => quick.names().filter(name => name === 'heartbeat').length >= second + 2)
  }
  t.equal(slow.state(), 'destroyed')
  t.equal(quick.state(), 'open')
  t.equal(scene.feed.size(), 1)
})

t.test('a peer that reads slowly is told all, in order', async t => {
  const scene = open(t)
  const slow = scene.subscribe({ reads: false })
  scene.revokeMany(5000)
  await until('it has the first of it', () => recordsOf(slow).length >= 1000)
  for (let reads = 0; recordsOf(slow).length < 5000 && reads < 10; reads++) slow.readOn()
  t.equal(recordsOf(slow).length, 5000)
  const told = slow.text().split('\n\n').filter(event => event.includes('"after"'))
  t.ok(told.every((event, place) => place === 0 || event.includes(`"after":${/"seq":(\d+)/.exec(told[place - 1]!)![1]},`)))
})

t.test('a peer that reads slowly stays, however long something waits for it, until it takes nothing for five seconds', async t => {
  const scene = open(t)
  const [slow, quick] = [scene.subscribe({ reads: false }), scene.subscribe()]
  scene.revokeMany(700)
  const beats = () => quick.names().filter(name => name === 'heartbeat').length
  const passSecond = async (taken: number) => {
    const before = beats()
    scene.clock.advance(1)
    await until('the second is over', () => beats() > before)
    slow.take(taken)
  }
  for (let second = 0; second < 60; second++) {
    // Now and then it pauses, and never for as long as that.
    await passSecond(second % 4 === 0 ? 150 : 0)
    t.ok(slow.unsent() > 0)
  }
  t.equal(slow.state(), 'open')
  for (let second = 0; second < 7; second++) await passSecond(0)
  t.equal(slow.state(), 'destroyed')
})

t.test('whoever waits for something new hears at once that the instance was cut off', async t => {
  const scene = open(t)
  const question = () => ({
    point: { seq: 0, hash: undefined }, expiresAt: scene.clock.now() + 600_000, arrivedAt: scene.feed.now(),
    claims: { jti: `c.${'A'.repeat(16)}.5.${'B'.repeat(12)}`, sub: 'orders', client_id: 'orders', kid: 'key-1' }
  })
  const { signal } = new AbortController()
  const startedAt = performance.now()
  const answers = [1, 2].map(() => scene.feed.poll.ask(question(), 30, signal))
  t.equal(scene.feed.poll.waiting(), 2)
  scene.confirmed.age = 2.1
  for (const answer of answers) await t.rejects(answer, { code: 'temporarily_unavailable', reason: 'feed/stale', retryAfter: 2 })
  t.ok(performance.now() - startedAt < 5000)
  t.equal(scene.feed.poll.waiting(), 0)
  scene.confirmed.age = 0
  const next = scene.feed.poll.ask(question(), 30, signal)
  scene.revoke('session', 'one')
  t.match(await next, { after: 0, seq: 1 }, 'and once it is connected again all is as before')
  const point = { seq: 1, hash: undefined }
  const again = scene.feed.poll.ask({ ...question(), point }, 30, signal)
  scene.confirmed.age = 2.1
  await t.rejects(again, { code: 'temporarily_unavailable', reason: 'feed/stale' }, 'the next time, too')
  t.ok(performance.now() - startedAt < 5000)
})

t.test('when the head cannot be confirmed, streams are told so and end, and nobody new is taken', async t => {
  const scene = open(t)
  const peer = scene.subscribe()
  scene.confirmed.age = 2.1
  scene.clock.advance(0.1)
  await untilNamed(peer, 'stale')
  t.equal(peer.state(), 'ended')
  t.match(peer.text(), /event: stale\ndata: \{"confirmed":-2000\}/)
  t.throws(() => scene.subscribe(), { code: 'temporarily_unavailable', reason: 'feed/stale', retryAfter: 2 })
})

t.test('a stream ends when its token does', async t => {
  const scene = open(t)
  const [short, long] = [scene.subscribe({ lifetime: 3 }), scene.subscribe()]
  for (let second = 0; second < 3; second++) {
    scene.clock.advance(1)
    await until('the second is over', () => long.names().filter(name => name === 'heartbeat').length >= second + 2)
  }
  t.match(short.text(), /event: end\ndata: \{"reason":"token-expired"\}\n\n$/)
  t.equal(long.state(), 'open')
})

t.test('a stream ends when its token is revoked, by whatever name', async t => {
  const jti = `c.${clientTagOf('orders')}.5.${'B'.repeat(12)}`
  for (const [target, value, cutoff] of [['token', jti], ['client', 'orders', 6], ['key', 'key-1'], ['issuer', '', 6], ['user', 'orders', 6]] as const) {
    const scene = open(t)
    const [own, other] = [scene.subscribe({ jti }), scene.subscribe({ clientId: 'reports', jti: `c.${clientTagOf('reports')}.9.${'C'.repeat(12)}` })]
    scene.revoke('client', 'orders', 5)
    scene.revoke(target, value, cutoff)
    await untilNamed(own, 'end')
    t.match(own.text(), /event: end\ndata: \{"reason":"token-revoked"\}\n\n$/, target)
    t.equal(recordsOf(own).length, 2, 'it has heard why')
    t.equal(other.state(), target === 'key' ? 'ended' : 'open')
    t.throws(() => scene.subscribe({ jti }), { code: 'token_revoked' })
  }
})

t.test('changed and compromised keys are told at once', async t => {
  const scene = open(t)
  const peer = scene.subscribe()
  scene.revoke('key', 'key-2')
  await until('the key is told of', () => peer.text().includes('"removed":["key-2"]'))
  t.ok(peer.text().includes('{"keys":[{"kid":"key-1"}],"removed":["key-2"]}'), 'though the ring still has it')
  scene.keys.body = '{"keys":[{"kid":"key-1"},{"kid":"key-3"}]}'
  scene.clock.advance(0.1)
  await until('the new key is told of', () => peer.text().includes('{"keys":[{"kid":"key-1"},{"kid":"key-3"}],"removed":["key-2"]}'))
})

t.test('when the journal turns out to be another one, streams are reset', async t => {
  const scene = open(t)
  scene.revoke('session', 'one')
  const peer = scene.subscribe({ after: renderPoint(scene.head()) })
  const lost = renderPoint(scene.head())
  scene.restore()
  await untilNamed(peer, 'reset')
  t.equal(peer.state(), 'ended')
  t.throws(() => scene.subscribe({ after: lost }), { code: 'snapshot_required' })
  t.throws(() => scene.subscribe({ after: '99' }), { code: 'snapshot_required' })
  t.same(scene.subscribe({ after: '1' }).names(), ['jwks', 'heartbeat'], 'a bare sequence is believed')
})

t.test('a point that is unknown here is looked for in the journal before it is refused', async t => {
  const [scene, other] = [open(t), open(t)]
  other.revoke('session', 'one')
  const after = renderPoint(other.head())
  const point = parsePoint(after)!
  let asked = 0
  scene.confirmed.refresh = async () => void asked++
  await scene.feed.recognize(point)
  t.throws(() => scene.subscribe({ after }), { code: 'snapshot_required' }, 'the journal does not know it either')
  scene.confirmed.refresh = async () => void (asked++, scene.revoke('session', 'one'))
  await scene.feed.recognize(point)
  t.same(scene.subscribe({ after }).names(), ['jwks', 'heartbeat'], 'another instance had told it')
  await scene.feed.recognize(point)
  t.equal(asked, 2, 'a point that is known costs no question')

  const lost = { ...point, hash: 'B'.repeat(16) }
  scene.confirmed.refresh = () => Promise.reject(unavailable('database/unreachable'))
  await t.rejects(scene.feed.recognize(lost), { code: 'temporarily_unavailable' })
  scene.confirmed.age = 3
  await t.rejects(scene.feed.recognize(lost), { code: 'temporarily_unavailable', reason: 'feed/stale' })
})

t.test('an instance takes so many, and none while it stops', async t => {
  const scene = open(t, 2)
  const peers = [scene.subscribe(), scene.subscribe()]
  t.throws(() => scene.subscribe(), { code: 'temporarily_unavailable', reason: 'feed/full', retryAfter: 5 })
  scene.feed.close()
  for (const peer of peers) t.match(peer.text(), /event: end\ndata: \{"reason":"shutting-down"\}\n\n$/)
  t.equal(scene.feed.size(), 0)
  t.throws(() => scene.subscribe(), { code: 'temporarily_unavailable', reason: 'feed/closed' })
})
