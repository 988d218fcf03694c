import t from 'tap'
import { createClientKeys } from '../../src/clients/client-keys.ts'
import type { OutboundFetch } from '../../src/ports/outbound-fetch.ts'
import type { Client } from '../../src/stores/clients.ts'
import { makeSigningKey } from '../support/assertions.ts'
import { createTestClock } from '../support/clock.ts'
import { createTestLog } from '../support/log.ts'

/** A client that publishes its keys, and its server, whose answers are these until they are changed. */
async function openPublisher() {
  const [first, second] = [(await makeSigningKey('ES256', 'first')).jwk, (await makeSigningKey('ES256', 'second')).jwk]
  const clock = createTestClock()
  const server = { answer: JSON.stringify({ keys: [first] }), status: 200, isAway: false, asked: [] as string[] }
  const fetch: OutboundFetch = async (url, { isForStranger } = {}) => {
    server.asked.push(url)
    if (isForStranger && url.includes('.internal')) throw new Error('refused')
    if (server.isAway) throw new Error('away')
    return { status: server.status, body: server.answer }
  }
  const keys = createClientKeys({ fetch, clock, log: createTestLog() })
  const client = { id: 'a', profile: { jwksUri: 'https://app.example/jwks' } } as Client
  const find = async (kid?: string) => (await keys.find(client, kid)).map(key => key['kid'])
  return { first, second, clock, server, find, keys, client }
}

t.test('D74: published keys are remembered for a while', async t => {
  const { clock, server, find } = await openPublisher()
  t.strictSame(await Promise.all(Array.from({ length: 10 }, () => find('first'))), Array.from({ length: 10 }, () => ['first']))
  t.strictSame(server.asked, ['https://app.example/jwks'], 'ten at once ask once')
  clock.advance(599)
  t.strictSame(await find(), ['first'])
  t.equal(server.asked.length, 1)
  clock.advance(2)
  await find('first')
  t.equal(server.asked.length, 2)
})

t.test('D74: an unknown key makes us ask again, once in half a minute', async t => {
  const { first, second, clock, server, find } = await openPublisher()
  await find('first')
  server.answer = JSON.stringify({ keys: [first, second] })
  t.strictSame(await find('second'), [], 'too soon after the last time')
  for (let turn = 0; turn < 20; turn++) await find(`guess-${turn}`)
  t.equal(server.asked.length, 1)
  clock.advance(30)
  t.strictSame(await Promise.all([find('second'), find('guess'), find('second')]), [['second'], [], ['second']])
  t.equal(server.asked.length, 2)
  for (let turn = 0; turn < 20; turn++) await find(`guess-${turn}`)
  t.equal(server.asked.length, 2)
})

t.test('D74: a key that is published no more is forgotten', async t => {
  const { second, clock, server, find } = await openPublisher()
  await find('first')
  server.answer = JSON.stringify({ keys: [second] })
  clock.advance(601)
  t.strictSame(await find('first'), [])
  t.strictSame(await find('second'), ['second'])
})

t.test('while the server of a client is away, or says nonsense, its last keys stand for a day', async t => {
  for (const fail of [
    (server: { isAway: boolean }) => { server.isAway = true }, (server: { status: number }) => { server.status = 500 },
    (server: { answer: string }) => { server.answer = '<html>' }
  ]) {
    const { clock, server, find } = await openPublisher()
    await find('first')
    fail(server)
    clock.advance(3600)
    t.strictSame(await find('first'), ['first'])
    t.equal(server.asked.length, 2)
    await find('first')
    t.equal(server.asked.length, 2, 'it is not asked at every turn')
    clock.advance(23 * 3600 + 1)
    t.strictSame(await find('first'), [])
  }
})

t.test('a server that never answered well leaves its client without keys, and is left in peace', async t => {
  const { clock, server, find } = await openPublisher()
  server.isAway = true
  for (let turn = 0; turn < 5; turn++) t.strictSame(await find('first'), [])
  t.equal(server.asked.length, 1)
  clock.advance(30)
  server.isAway = false
  t.strictSame(await find('first'), ['first'])
})

t.test('keys of no use are passed over, private ones too', async t => {
  const { first, server, find } = await openPublisher()
  server.answer = JSON.stringify({ keys: [{ kty: 'oct', k: 'AA', kid: 'x' }, { ...first, d: 'AA', kid: 'y' }, { ...first, use: 'enc', kid: 'z' }, first] })
  t.strictSame(await find(), ['first'])
})

t.test('registered keys need no request', async t => {
  const { first, keys, server } = await openPublisher()
  const client = { id: 'b', profile: { jwks: { keys: [first] } } } as Client
  t.strictSame((await keys.find(client, 'first')).length, 1)
  t.strictSame(await keys.find(client, 'other'), [])
  t.strictSame(await keys.find({ id: 'c', profile: {} } as Client, undefined), [])
  t.equal(server.asked.length, 0)
})

t.test('a client that registered itself gets no keys from where it may not ask, though another has asked there', async t => {
  const { keys, server } = await openPublisher()
  const profile = { jwksUri: 'https://keys.internal/jwks' }
  const ours = { id: 'ours', profile, registrationTokenHash: undefined } as Client
  const stranger = { id: 'stranger', profile, registrationTokenHash: Buffer.alloc(32) } as Client
  t.equal((await keys.find(ours, 'first')).length, 1)
  t.strictSame(await keys.find(stranger, 'first'), [])
  t.equal((await keys.find(ours, 'first')).length, 1)
  t.equal(server.asked.length, 2)
})
