import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { goodClaims, goodHeader, onEachPlatform, otherKey, outcomeOf, publicJwk, refusesEach, signRaw, signToken } from '../scene.ts'

/** Headers that bring a key, point to one, ask for more than is understood, or are of another kind of token. */

const attacker = otherKey.privateKey
const url = 'https://attacker.example/jwks.json'

t.test('L138: a key or certificate in the header, or an address of one, with no request anywhere', refusesEach(clock => {
  const jwk = publicJwk(otherKey.publicKey)
  const members: Record<string, unknown> = {
    jwk, jku: url, x5u: url, x5c: [otherKey.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')]
  }
  return Object.entries(members).flatMap(([name, value]) => [
    [`${name} of the attacker`, signRaw({ ...goodHeader, [name]: value }, goodClaims(clock), attacker)],
    [`${name} without a kid`, signRaw({ typ: 'at+jwt', alg: 'RS256', [name]: value }, goodClaims(clock), attacker)],
    [`${name} in a token that is good otherwise`, signToken(clock, {}, { [name]: value })],
    [`${name} that is null`, signToken(clock, {}, { [name]: null })]
  ])
}))

t.test('L139: kids that are paths, queries, addresses, huge or no text', async t => {
  onEachPlatform(t, async (t, { verifier, clock, requests }) => {
    const texts = [
      '../../../../dev/null', '/dev/null', 'k1\0', '\' OR 1=1 --', '\' UNION SELECT \'key', '*)(uid=*', url, '| sleep 9', '$(id)', '`id`',
      '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'K1', ' k1', 'k1 ', 'k1/', '%6b1', '\u200bk1', 'k'.repeat(200)
    ]
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    for (const kid of texts) {
      t.equal(await outcomeOf(verifier, signRaw({ ...goodHeader, kid }, goodClaims(clock), attacker)), kid === 'k1\0' ? 'token_malformed' : 'token_invalid', kid.slice(0, 40))
      t.equal(await outcomeOf(verifier, signToken(clock, {}, { kid })), kid === 'k1\0' ? 'token_malformed' : 'token_invalid', 'though our key signed it')
    }
    for (const kid of [undefined, null, '', 7, true, ['k1'], { k1: 1 }, 'k'.repeat(201), 'k'.repeat(5000)]) {
      t.equal(await outcomeOf(verifier, signToken(clock, {}, { kid })), 'token_invalid', JSON.stringify(kid)?.slice(0, 40))
    }
    t.equal(await outcomeOf(verifier, signToken(clock, {}, { kid: 'k'.repeat(100_000) })), 'token_malformed')
    t.equal(requests.length, 1, 'within the cool-down nobody is asked')
    t.equal(({} as Record<string, unknown>)['kid'], undefined)
  })
})

t.test('L140: crit and b64 in any form', refusesEach(clock => [
  ...[['exp'], ['x'], [], ['alg'], ['b64'], ['x', 'x'], [1], 'x', null, {}, true].map(crit =>
    [`crit ${JSON.stringify(crit)}`, signToken(clock, {}, { crit, x: 1 })] as const),
  ['b64 false', signToken(clock, {}, { b64: false })], ['b64 true', signToken(clock, {}, { b64: true })],
  ['b64 false and crit', signToken(clock, {}, { b64: false, crit: ['b64'] })]
]))

t.test('L132: the type is that of access tokens, in any case', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    for (const typ of ['at+jwt', 'AT+JWT', 'At+Jwt', 'application/at+jwt', 'Application/AT+JWT']) {
      t.equal(await outcomeOf(verifier, signToken(clock, {}, { typ })), 'good', typ)
    }
    for (const typ of [undefined, null, '', 'JWT', 'jwt', 'at', 'at+jwt ', 'at+jwt;a=b', 'text/at+jwt', 'application/application/at+jwt', ['at+jwt'], 1]) {
      t.equal(await outcomeOf(verifier, signToken(clock, {}, { typ })), 'token_invalid', JSON.stringify(typ))
    }
  })
})

t.test('L133: every other kind of JWT, though the issuer signed it for us', refusesEach(clock => [
  ['an ID token', 'JWT', { nonce: 'n', at_hash: 'AAAA', auth_time: 1 }],
  ['an ID token without a type', undefined, { nonce: 'n' }],
  ['a logout token', 'logout+jwt', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
  ['an introspection answer', 'token-introspection+jwt', { token_introspection: { active: true } }],
  ['a status list', 'statuslist+jwt', { status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } }],
  ['a security event', 'secevent+jwt', { events: {} }],
  ['a client\'s assertion', 'client-authentication+jwt', {}],
  ['a request object', 'oauth-authz-req+jwt', { response_type: 'code' }],
  ['a DPoP proof', 'dpop+jwt', { htm: 'GET', htu: 'https://orders.example/' }],
  ['signed user information', 'JWT', { email: 'a@b.example' }]
].map(([name, typ, claims]) => [name as string, signToken(clock, claims as object, { typ })])))

t.test('K123: keys that have no business in a JWKS verify nothing', async t => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const odd = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
  const bad: Array<[string, unknown, string?]> = [
    ['for encryption', publicJwk(otherKey.publicKey, { use: 'enc' })], ['for another algorithm', publicJwk(otherKey.publicKey, { alg: 'RS512' })],
    ['for HMAC', { ...publicJwk(otherKey.publicKey), alg: 'HS256' }], ['symmetric', { kty: 'oct', k: 'AAAA', kid: 'k1', alg: 'RS256' }],
    ['private', { ...otherKey.privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256' }], ['of 1024 bits', publicJwk(small.publicKey)],
    ['with the exponent 3', publicJwk(odd.publicKey)], ['for signing alone', publicJwk(otherKey.publicKey, { key_ops: ['sign'] })],
    ['padded', { ...publicJwk(otherKey.publicKey), n: `${publicJwk(otherKey.publicKey)['n'] as string}=` }],
    ['without n', { kty: 'RSA', e: 'AQAB', kid: 'k1' }], ['without a kid', publicJwk(otherKey.publicKey, { kid: undefined })],
    ['no object', null], ['a list', []], ['a text', 'key']
  ]
  for (const [name, key] of bad) {
    await t.test(name, async t => onEachPlatform(t, async (t, { verifier, clock, publish }) => {
      publish({ keys: [key, publicJwk(otherKey.publicKey, { kid: 'k2' })] })
      const keyOf = name === 'of 1024 bits' ? small.privateKey : name === 'with the exponent 3' ? odd.privateKey : attacker
      t.equal(await outcomeOf(verifier, signRaw(goodHeader, goodClaims(clock), keyOf)), 'token_invalid')
      t.strictSame(verifier.health().keys.kids, ['k2'])
    }))
  }
})

t.test('K124: a kid that two keys have is nobody\'s', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish }) => {
    publish({ keys: [publicJwk(otherKey.publicKey), publicJwk(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey), publicJwk(otherKey.publicKey, { kid: 'k2' }), publicJwk(otherKey.publicKey, { kid: 'k2' })] })
    t.equal(await outcomeOf(verifier, signRaw(goodHeader, goodClaims(clock), attacker)), 'token_invalid')
    t.equal(await outcomeOf(verifier, signRaw({ ...goodHeader, kid: 'k2' }, goodClaims(clock), attacker)), 'good', 'the same key twice is one')
  })
})
