import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import t from 'tap'
import { createReplayGuard } from '../../src/verifier/bindings/replay-guard.ts'
import type { PresentedRequest } from '../../src/verifier/index.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { encode, goodClaims, onEachPlatform, openScene, otherKey, outcomeOf, signToken, type Scene } from './scene.ts'

/** Tokens that are bound to a key or a certificate (RFC 9449, RFC 8705): worth nothing to whoever stole them. */

const holder = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const digest = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('base64url')
const jwkOf = (key: KeyObject): Record<string, string> => key.export({ format: 'jwk' }) as Record<string, string>
const { crv, kty, x, y } = jwkOf(holder.publicKey)
const jkt = digest(JSON.stringify({ crv, kty, x, y }))
const url = 'https://orders.example/orders'
let proofs = 0

interface ProofChange { header?: object; claims?: object; key?: KeyObject }

function prove(token: string, clock: TestClock, { header, claims, key = holder.privateKey }: ProofChange = {}): string {
  const input = [
    { typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y }, ...header },
    { jti: `p${proofs += 1}`, htm: 'GET', htu: url, iat: goodClaims(clock)['iat'], ath: digest(token), ...claims }
  ].map(encode).join('.')
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const ask = ({ verifier }: Scene, token: string, request: Partial<PresentedRequest>) =>
  outcomeOf(verifier, token, { request: { method: 'GET', url, scheme: 'DPoP', ...request } })

t.test('H110: a token that is bound to a key is refused without the proof, and as a bearer token', async t => {
  onEachPlatform(t, async (t, scene) => {
    const token = signToken(scene.clock, { cnf: { jkt } })
    for (let use = 0; use < 2; use += 1) {
      t.equal(await outcomeOf(scene.verifier, token), 'binding_missing', 'no request given')
      t.equal(await ask(scene, token, {}), 'binding_missing')
      t.equal(await ask(scene, token, { dpop: [] }), 'binding_missing')
      t.equal(await ask(scene, token, { scheme: 'Bearer', dpop: prove(token, scene.clock) }), 'binding_missing')
      t.equal(await ask(scene, token, { dpop: prove(token, scene.clock) }), 'good', 'with it, also when the token is known')
    }
    const unbound = signToken(scene.clock)
    t.equal(await ask(scene, unbound, {}), 'token_invalid', 'DPoP for a token that is bound to nothing')
    t.equal(await ask(scene, unbound, { scheme: 'dpop', dpop: prove(unbound, scene.clock) }), 'token_invalid', 'whatever the proof is like')
  })
})

t.test('L152: every fault of a DPoP proof refuses the request', async t => {
  onEachPlatform(t, async (t, scene) => {
    const { clock } = scene
    const token = signToken(clock, { cnf: { jkt } })
    const now = Number(goodClaims(clock)['iat'])
    const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const faults: Array<[string, ProofChange]> = [
      ['another key', { key: thief.privateKey, header: { jwk: jwkOf(thief.publicKey) } }], ['another key\'s signature', { key: thief.privateKey }],
      ['a private key', { header: { jwk: jwkOf(holder.privateKey) } }], ['no key', { header: { jwk: undefined } }], ['a kid instead', { header: { jwk: undefined, kid: 'k1' } }],
      ['another type', { header: { typ: 'JWT' } }], ['no type', { header: { typ: undefined } }], ['no algorithm', { header: { alg: 'none' } }],
      ['HMAC', { header: { alg: 'HS256' } }], ['an algorithm of another key', { header: { alg: 'RS256' } }], ['crit', { header: { crit: ['x'], x: 1 } }],
      ['another method', { claims: { htm: 'POST' } }], ['a method in another case', { claims: { htm: 'get' } }], ['another path', { claims: { htu: `${url}/1` } }],
      ['another host', { claims: { htu: 'https://other.example/orders' } }], ['another scheme', { claims: { htu: url.replace('https', 'http') } }],
      ['another port', { claims: { htu: 'https://orders.example:444/orders' } }], ['no URL', { claims: { htu: undefined } }],
      ['a user in the URL', { claims: { htu: 'https://a@orders.example/orders' } }], ['another case in the path', { claims: { htu: 'https://orders.example/Orders' } }],
      ['old', { claims: { iat: now - 71 } }], ['of the future', { claims: { iat: now + 11 } }], ['without a time', { claims: { iat: undefined } }],
      ['time as text', { claims: { iat: String(now) } }], ['for another token', { claims: { ath: digest('other') } }], ['for no token', { claims: { ath: undefined } }],
      ['no jti', { claims: { jti: undefined } }], ['an endless jti', { claims: { jti: 'x'.repeat(257) } }]
    ]
    for (const [name, change] of faults) t.equal(await ask(scene, token, { dpop: prove(token, clock, change) }), 'binding_invalid', name)
    const good = prove(token, clock)
    t.equal(await ask(scene, token, { dpop: [good, prove(token, clock)] }), 'binding_invalid', 'two proofs')
    t.equal(await ask(scene, token, { dpop: `${good}, ${good}` }), 'binding_invalid', 'two in one header')
    t.equal(await ask(scene, token, { dpop: `${good}=` }), 'binding_invalid', 'spelled otherwise')
    t.equal(await ask(scene, token, { dpop: good, method: 'POST' }), 'binding_invalid', 'at another route')
    t.equal(await ask(scene, token, { dpop: good, url: '/orders' }), 'binding_invalid', 'a request without its whole URL')
    t.equal(await ask(scene, token, { dpop: good }), 'good', 'and the good one is not used up by what was refused')
    t.equal(await ask(scene, token, { dpop: good }), 'binding_invalid', 'used twice')
  })
})

t.test('L152: of more proofs than are remembered the oldest work again, which is counted; the youngest never do', async t => {
  const scene = openScene(t, { dpop: { replaySize: 1000 } })
  const { verifier, clock } = scene
  const token = signToken(clock, { cnf: { jkt } })
  const used = Array.from({ length: 1001 }, () => prove(token, clock))
  for (const dpop of used.slice(0, 1000)) if (await ask(scene, token, { dpop }) !== 'good') t.fail('a new proof is refused')
  t.equal(verifier.health().counters['proofsForgottenEarly'], 0)
  for (const dpop of [used[0]!, used[999]!]) t.equal(await ask(scene, token, { dpop }), 'binding_invalid', 'as many as are remembered')
  t.equal(await ask(scene, token, { dpop: used[1000]! }), 'good')
  t.equal(verifier.health().counters['proofsForgottenEarly'], 1, 'one generation, and that is told')
  for (const dpop of used.slice(500)) if (await ask(scene, token, { dpop }) !== 'binding_invalid') t.fail('one of the youngest works again')
  t.equal(await ask(scene, token, { dpop: used[0]! }), 'good', 'the documented limit')
})

t.test('L152: query, fragment and spelling of the URL do not matter to a proof', async t => {
  onEachPlatform(t, async (t, scene) => {
    const token = signToken(scene.clock, { cnf: { jkt } })
    for (const htu of ['HTTPS://ORDERS.example:443/orders', 'https://orders.example/%6Frders', 'https://orders.example/a/../orders', `${url}?b#c`]) {
      t.equal(await ask(scene, token, { url: `${url}?a=1#f`, dpop: prove(token, scene.clock, { claims: { htu } }) }), 'good', htu)
    }
  })
})

t.test('L152: of a hundred uses of one proof at once one is good, and it stays used as long as it could be good', async t => {
  onEachPlatform(t, async (t, scene) => {
    const token = signToken(scene.clock, { cnf: { jkt } })
    const dpop = prove(token, scene.clock, { claims: { iat: Number(goodClaims(scene.clock)['iat']) + 10 } })
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => ask(scene, token, { dpop })))
    t.equal(outcomes.filter(each => each === 'good').length, 1)
    for (let seconds = 0; seconds < 79; seconds += 1) {
      scene.clock.advance(1)
      t.equal(await ask(scene, token, { dpop: prove(token, scene.clock) }), 'good')
      t.equal(await ask(scene, token, { dpop }), 'binding_invalid')
    }
  })
})

t.test('L154: no proof works twice by a clock that is put back, and others work again once that time is over', async t => {
  const steady = createTestClock()
  let step = 0
  const clock = { ...steady, now: () => steady.now() + step * 1000 }
  onEachPlatform(t, async (t, scene) => {
    step = 0
    const token = signToken(clock, { cnf: { jkt }, exp: Math.floor(clock.now() / 1000) + 3600 })
    const used = prove(token, clock)
    t.equal(await ask(scene, token, { dpop: used }), 'good')
    for (let seconds = 0; seconds < 200; seconds += 10) {
      clock.advance(10)
      t.equal(await ask(scene, token, { dpop: prove(token, clock) }), 'good', 'as long as the clock goes on')
    }
    for (const back of [0, 130, 190, 200]) {
      step = -back
      t.equal(await ask(scene, token, { dpop: used }), 'binding_invalid', `${back} s back`)
    }
    t.equal(await ask(scene, token, { dpop: prove(token, clock) }), 'binding_invalid', 'nobody can tell whether this one was used')
    clock.advance(200)
    t.equal(await ask(scene, token, { dpop: prove(token, clock) }), 'good')
  }, { clock })
})

t.test('L154: nor does one that was forgotten early, or over a long silence', async t => {
  for (const silence of [90, 170]) {
    const clock = createTestClock()
    const guard = createReplayGuard({ lifetime: 80_000, size: 4, monotonic: clock.monotonic, onOverflow: () => undefined })
    for (const second of [1, 2, 3, 4, 5, 6]) t.ok(guard.use(`p${second}`, second))
    clock.advance(silence)
    t.ok(guard.use('p90', 90))
    clock.advance(silence)
    t.ok(guard.use('p180', 180))
    for (const second of [1, 2, 3, 4, 5, 6]) t.notOk(guard.use(`p${second}`, second), `${second} after ${silence} s`)
  }
})

t.test('L154: a clock that ran ahead and was put right refuses no proof made by the right time', async t => {
  const steady = createTestClock()
  let step = 300
  const clock = { ...steady, now: () => steady.now() + step * 1000 }
  onEachPlatform(t, async (t, scene) => {
    step = 300
    const token = signToken(steady, { cnf: { jkt }, exp: Math.floor(steady.now() / 1000) + 3600 })
    for (let seconds = 0; seconds < 200; seconds += 10) {
      steady.advance(10)
      t.equal(await ask(scene, token, { dpop: prove(token, steady) }), 'binding_invalid', 'too old by the wrong time')
    }
    step = 0
    t.equal(await ask(scene, token, { dpop: prove(token, steady) }), 'good')
  }, { clock })
})

t.test('L152: a token that is bound to a certificate needs it', async t => {
  onEachPlatform(t, async (t, scene) => {
    // Any bytes do: nothing but their digest counts.
    const der = otherKey.publicKey.export({ type: 'spki', format: 'der' })
    const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
    const thumbprint = digest(der)
    const token = signToken(scene.clock, { cnf: { 'x5t#S256': thumbprint } })
    const present = (clientCertificate?: Uint8Array | string) => ask(scene, token, { scheme: 'Bearer', clientCertificate })
    for (let use = 0; use < 2; use += 1) {
      t.equal(await outcomeOf(scene.verifier, token), 'binding_missing')
      t.equal(await present(), 'binding_missing')
      t.equal(await ask(scene, token, { dpop: prove(token, scene.clock), clientCertificate: der }), 'token_invalid', 'it is bound to no DPoP key')
      for (const shown of [der, pem, thumbprint]) t.equal(await present(shown), 'good')
      for (const shown of ['', 'x', `${thumbprint}A`, digest('other'), Buffer.from('other'), pem.replace('A', 'B'), '-----BEGIN CERTIFICATE-----']) {
        t.equal(await present(shown), 'binding_invalid')
      }
    }
    const both = signToken(scene.clock, { cnf: { 'x5t#S256': thumbprint, jkt } })
    t.equal(await ask(scene, both, { clientCertificate: der }), 'binding_missing', 'both, where the token has both')
    t.equal(await ask(scene, both, { dpop: prove(both, scene.clock) }), 'binding_missing')
    t.equal(await ask(scene, both, { dpop: prove(both, scene.clock), clientCertificate: der }), 'good')
  })
})

t.test('L152: a binding that is not understood is not passed over', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    for (const cnf of [{}, { jwk: {} }, { kid: 'a' }, { jkt, kid: 'a' }, { jkt: 7 }, { jkt: [jkt] }, { jkt: 'short' }, { __proto__: null, x: 1 }, [], 'a', null, 1]) {
      t.equal(await outcomeOf(verifier, signToken(clock, { cnf })), 'token_invalid', JSON.stringify(cnf))
    }
  })
})
