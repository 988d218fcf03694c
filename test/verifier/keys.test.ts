import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import t from 'tap'
import { createVerifier } from '../../src/verifier/index.ts'
import { createHeldKeys } from '../../src/verifier/keys/held-keys.ts'
import { judgeKey } from '../../src/verifier/keys/judge-key.ts'
import { nodePlatform } from '../../src/verifier/node/node-platform.ts'
import { createTestClock } from '../support/clock.ts'
import { listen } from '../support/listen.ts'
import { until } from '../support/until.ts'
import { audience, goodClaims, goodHeader, issuer, onEachPlatform, otherKey, ourKey, outcomeOf, publicJwk, signRaw, signToken } from './scene.ts'

t.test('K129: ten thousand unknown kids at once are one request, and the next comes after the cool-down', async t => {
  onEachPlatform(t, async (t, { verifier, clock, requests }) => {
    const token = (kid: string) => signRaw({ ...goodHeader, kid }, goodClaims(clock), otherKey.privateKey)
    const signature = token('x').split('.').at(-1)!
    const [, payload] = signToken(clock).split('.', 2)
    const unknown = (kid: string) => `${Buffer.from(JSON.stringify({ ...goodHeader, kid })).toString('base64url')}.${payload}.${signature}`
    const flood = (name: string) =>
      Promise.all(Array.from({ length: 10_000 }, (_, index) => outcomeOf(verifier, unknown(`${name}${index}`))))
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    clock.advance(29)
    t.strictSame([...new Set(await flood('a'))], ['token_invalid'])
    t.equal(requests.length, 1, 'within the cool-down')
    clock.advance(2)
    t.strictSame([...new Set(await flood('b'))], ['token_invalid'])
    t.strictSame([...new Set(await flood('c'))], ['token_invalid'])
    t.equal(requests.length, 2, 'beyond it')
  })
})

t.test('K129: a new key is found by the first token under it', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish, requests }) => {
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    publish({ keys: [publicJwk(ourKey.publicKey), publicJwk(otherKey.publicKey, { kid: 'k2' })] })
    clock.advance(31)
    t.equal(await outcomeOf(verifier, signRaw({ ...goodHeader, kid: 'k2' }, goodClaims(clock), otherKey.privateKey)), 'good')
    t.equal(requests.length, 2)
  })
})

t.test('K129: while the endpoint is away the keys serve for the time that is stated, and not longer', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish, requests }) => {
    const errors: string[] = []
    verifier.on('error', ({ during }) => errors.push(during))
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    publish(new Error('away'))
    clock.advance(301)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good', 'fetched behind the back of the request')
    await until('it is told', () => errors.length > 0)
    t.strictSame(errors, ['keys'])
    clock.advance(3000)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    t.equal(await outcomeOf(verifier, signToken(clock, {}, { kid: 'k2' })), 'keys_unavailable', 'that a kid is unknown cannot be told')
    clock.advance(3000)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    clock.advance(700)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'keys_unavailable')
    clock.advance(31)
    publish({ keys: [publicJwk(ourKey.publicKey)] })
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    t.ok(requests.length <= 8)
  }, { jwks: { maxStale: 6600 } })
})

t.test('K128: a key that is gone from the JWKS verifies nothing any more, not even tokens that are known', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish }) => {
    const token = signToken(clock)
    t.equal(await outcomeOf(verifier, token), 'good')
    publish({ keys: [publicJwk(otherKey.publicKey, { kid: 'k2' })] })
    clock.advance(301)
    await outcomeOf(verifier, token)
    await until('the other keys are there', () => verifier.health().keys.version === 2)
    t.equal(await outcomeOf(verifier, token), 'token_invalid')
    t.strictSame(verifier.health().keys, { version: 2, age: 0, kids: ['k2'] })
  })
})

t.test('K124: another key under a known kid takes over, and what was verified by the former is verified anew', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish }) => {
    const token = signToken(clock)
    t.equal(await outcomeOf(verifier, token), 'good')
    publish({ keys: [publicJwk(otherKey.publicKey)] })
    clock.advance(301)
    await outcomeOf(verifier, token)
    await until('the other keys are there', () => verifier.health().keys.version === 2)
    t.equal(await outcomeOf(verifier, token), 'token_invalid')
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, goodClaims(clock), otherKey.privateKey)), 'good')
  })
})

t.test('a key whose factors can be found (ROCA) is not trusted, and its like without that mark is', t => {
  const primes = Array.from({ length: 166 }, (_, at) => BigInt(at + 2)).filter(each => {
    for (let divisor = 2n; divisor * divisor <= each; divisor++) if (each % divisor === 0n) return false
    return true
  })
  const product = primes.reduce((whole, prime) => whole * prime)
  // As those chips made their factors: a multiple of the small primes, and a power of 65537 on top.
  const marked = (1n << 2047n) / product * product + product + 65537n ** 77n % product
  const jwk = (modulus: bigint) => ({ kty: 'RSA', e: 'AQAB', n: Buffer.from(modulus.toString(16), 'hex').toString('base64url') })
  t.equal(judgeKey(jwk(marked), 'RS256'), undefined)
  t.match(judgeKey(jwk(marked + 2n), 'RS256'), { kty: 'RSA' })
  t.end()
})

t.test('answers that are no JWKS change nothing', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish }) => {
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    const answers: Array<[string, unknown]> = [
      ['an error', new Response('{}', { status: 500 })], ['a redirect', Response.redirect('https://attacker.example/', 302)],
      ['no JSON', new Response('<html>')], ['a list', []], ['no keys', {}], ['an empty list', { keys: [] }], ['keys of others', { keys: 'k1' }],
      ['too much', new Response(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`)], ['nothing', new Response(null)],
      ['keys twice', new Response('{"keys":[],"keys":[]}')], ['a key nobody can use', { keys: [{ kty: 'oct', kid: 'k1', k: 'AAAA' }] }]
    ]
    const errors: string[] = []
    verifier.on('error', ({ during }) => errors.push(during))
    for (const [place, [name, answer]] of answers.entries()) {
      publish(answer)
      clock.advance(301)
      t.equal(await outcomeOf(verifier, signToken(clock)), 'good', name)
      await until(`it is refused: ${name}`, () => errors.length > place)
      t.equal(await outcomeOf(verifier, signToken(clock)), 'good', name)
    }
    t.strictSame(verifier.health().keys.kids, ['k1'])
    t.equal(verifier.health().keys.version, 1)
  })
})

t.test('before there are keys it is tried again sooner, though not at once', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish, requests }) => {
    publish(new Error('not up yet'))
    t.equal(await outcomeOf(verifier, signToken(clock)), 'keys_unavailable')
    t.equal(await outcomeOf(verifier, signToken(clock)), 'keys_unavailable')
    t.equal(requests.length, 1)
    publish({ keys: [publicJwk(ourKey.publicKey)] })
    clock.advance(1)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    t.strictSame(requests, Array(2).fill(`${issuer}/.well-known/jwks.json`))
  })
})

t.test('a redirect of the endpoint is not followed, and a silent endpoint is given up on', async t => {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    if (request.url === '/silent/.well-known/jwks.json') return
    if (request.url?.startsWith('/moved/')) response.writeHead(302, { location: '/there' }).end()
    else response.end(JSON.stringify({ keys: [publicJwk(ourKey.publicKey)] }))
  })
  const url = await listen(t, server)
  for (const path of ['moved', 'silent']) {
    const verifier = createVerifier({
      issuer: `${url}/${path}`, audience: 'a', revocation: { mode: 'none' }, jwks: { timeout: 1 }
    })
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, {})), 'keys_unavailable')
    await verifier.close()
  }
  t.strictSame(paths, ['/moved/.well-known/jwks.json', '/silent/.well-known/jwks.json'])
})

t.test('K128: keys that the feed brings count at once, and what it removed as compromised never comes back', async t => {
  let monotonic = 0
  const changes: Array<[string[], readonly string[]]> = []
  const held = createHeldKeys({
    algorithms: ['RS256'], platform: nodePlatform, monotonic: () => monotonic, onFed: () => undefined,
    onChange: (kids, removed) => changes.push([kids, removed])
  })
  const third = publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey, { kid: 'k3' })
  const [first, second] = [publicJwk(ourKey.publicKey), publicJwk(otherKey.publicKey, { kid: 'k2' })]
  held.replace([first, second])
  const kept = held.keys().get('k2')
  monotonic = 1000
  held.replaceKeys([second, third], ['k1'])
  t.equal(held.keys().get('k2'), kept, 'a key that stays is the same object')
  held.replace([first, second, third])
  t.strictSame(held.heldKids(), ['k2', 'k3'], 'a cached JWKS does not bring it back')
  held.replaceKeys([first, third], [])
  t.strictSame(held.heldKids(), ['k3'], 'nor does the feed itself')
  t.strictSame(changes, [[['k1', 'k2'], []], [['k2', 'k3'], ['k1']], [['k3'], []]])
  t.throws(() => held.replace([first]), /no key that can be used/)
})

t.test('options that cannot work are refused by name', async t => {
  const wrong: Array<[object, RegExp]> = [
    [{ issuer: 'http://id.example' }, /issuer/], [{ issuer: 'id.example' }, /issuer/], [{ issuer: 'https://u:p@id.example' }, /issuer/],
    [{ issuer: 'https://id.example?a' }, /issuer/], [{ audience: [] }, /audience/], [{ audience: '' }, /audience/], [{ jwksUri: 'http://cdn.example/' }, /jwksUri/],
    [{ algorithms: ['HS256'] }, /algorithms/], [{ algorithms: ['none'] }, /algorithms/], [{ algorithms: [] }, /algorithms/], [{ clockTolerance: 61 }, /clockTolerance/],
    [{ clockTolerance: NaN }, /clockTolerance/], [{ maxTokenLength: 10 }, /maxTokenLength/], [{ jwks: { cooldown: 1 } }, /jwks.cooldown/],
    [{ jwks: { maxStale: Infinity } }, /jwks.maxStale/], [{ cache: { size: -1 } }, /cache.size/], [{ revocation: { mode: 'other' } }, /revocation.mode/],
    [{ fetch: 5 }, /^fetch /], [{ fetch: null }, /^fetch /], [{ clock: {} }, /^clock /], [{ clock: null }, /^clock /], [{ clock: { now: Date.now } }, /^clock /],
    [{ jwks: 5 }, /^jwks /], [{ jwks: [] }, /^jwks /], [{ cache: null }, /^cache /], [{ dpop: 'no' }, /^dpop /], [{ maxTokenLength: null }, /^maxTokenLength /],
    [{ jwks: { timeout: '5' } }, /^jwks.timeout /], [{ revocation: 5 }, /^revocation.mode /], [{ revocation: null }, /^revocation.mode /]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => createVerifier({ issuer, audience: 'a', revocation: { mode: 'none' }, ...options }), { name: 'TypeError', message })
  }
  for (const good of ['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:1', 'https://id.example/p']) {
    await createVerifier({ issuer: good, audience: 'a', revocation: { mode: 'none' } }).close()
  }
})

t.test('a verifier whose keys are too old to go by is not ready, and is again once they can be had', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish, requests }) => {
    await verifier.ready()
    t.ok(verifier.health().ready)
    publish(new Error('away'))
    clock.advance(360)
    t.ok(verifier.health().ready, 'within the bound')
    clock.advance(1)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'keys_unavailable')
    t.notOk(verifier.health().ready)
    let isThere = false
    const waiting = verifier.ready().then(() => { isThere = true })
    t.equal(await outcomeOf(verifier, signToken(clock)), 'keys_unavailable')
    t.notOk(isThere)
    publish({ keys: [publicJwk(ourKey.publicKey)] })
    clock.advance(31)
    await waiting
    t.ok(verifier.health().ready)
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    t.equal(requests.length, 3)
  }, { jwks: { maxStale: 60 } })
})

t.test('K129: a request for keys that a runtime has cut off together with another request is made again, and nobody waits for the old one', async t => {
  const clock = createTestClock()
  let cut = 0
  let isCutting = true
  const answer = (): Promise<Response> =>
    isCutting ? new Promise(() => { cut += 1 }) : Promise.resolve(Response.json({ keys: [publicJwk(ourKey.publicKey)] }))
  const verifier = createVerifier({ issuer, audience, revocation: { mode: 'none' }, clock, fetch: answer })
  t.teardown(() => verifier.close())
  void outcomeOf(verifier, signToken(clock))
  clock.advance(7)
  isCutting = false
  t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
  isCutting = true
  clock.advance(301)
  t.equal(await outcomeOf(verifier, signToken(clock)), 'good', 'fetched behind its back')
  t.equal(cut, 2)
  isCutting = false
  clock.advance(301)
  t.equal(await outcomeOf(verifier, signToken(clock)), 'good', 'fetched while it waits')
  t.match(verifier.health().keys, { age: 0 })
  t.equal(verifier.health().counters['keyRequests'], 4)
})

t.test('a probe that asks health alone sees the verifier get ready, at first and after its keys were too old', async t => {
  onEachPlatform(t, async (t, { verifier, clock, requests }) => {
    t.notOk(verifier.health().ready)
    await until('it has fetched keys', () => verifier.health().ready)
    clock.advance(361)
    t.notOk(verifier.health().ready, 'nobody has asked it for anything meanwhile')
    await until('it has fetched them anew', () => verifier.health().ready)
    t.equal(requests.length, 2)
    await verifier.close()
    t.notOk(verifier.health().ready, 'nor once it was closed')
  }, { jwks: { maxStale: 60 } })
})

t.test('an option that is misspelt is refused by the name it has, and by those there are', async t => {
  const client = { clientId: 'orders', clientSecret: 'secret' }
  const wrong: Array<[object, string]> = [
    [{ clockTolerence: 0 }, 'clockTolerence'], [{ toString: 1 }, 'toString'], [{ jwks: { coolDown: 60 } }, 'jwks.coolDown'], [{ cache: { max: 5 } }, 'cache.max'],
    [{ dpop: { algorithm: ['ES256'] } }, 'dpop.algorithm'], [{ revocation: { mode: 'none', whenStale: 'reject' } }, 'revocation.whenStale'],
    [{ revocation: { mode: 'feed', ...client, whenstale: 'reject' } }, 'revocation.whenstale'],
    [{ revocation: { mode: 'lookup', ...client, maxStaleness: 5 } }, 'revocation.maxStaleness'],
    [{ revocation: { mode: 'status-list', maxStalenes: 5 } }, 'revocation.maxStalenes']
  ]
  for (const [options, name] of wrong) {
    const message = new RegExp(`^${name.replace('.', '\\.')} is no option: use [a-z][A-Za-z, ]+\\.$`)
    t.throws(() => createVerifier({ issuer, audience: 'a', revocation: { mode: 'none' }, ...options }), { name: 'TypeError', message })
  }
  t.throws(() => createVerifier(undefined as never), { name: 'TypeError', message: /issuer/ })
  await createVerifier({ issuer, audience: 'a', revocation: { mode: 'none', clientId: undefined } as never }).close()
})

t.test('a verifier that was closed says so', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    await verifier.ready()
    t.ok(verifier.health().ready)
    await verifier.close()
    await verifier.close()
    t.equal(await outcomeOf(verifier, signToken(clock)), 'revocation_unavailable')
    await t.rejects(verifier.ready(), { code: 'revocation_unavailable' })
  })
})
