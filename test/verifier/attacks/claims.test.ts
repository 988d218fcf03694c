import t from 'tap'
import { audience, goodClaims, goodHeader, issuer, onEachPlatform, outcomeOf, publicJwk, refusesEach, signRaw, signToken, otherKey, openScene } from '../scene.ts'

/** Claims that are not quite what they have to be, under the issuer's own signature. */

t.test('L141: an end that is missing, past or no time', refusesEach(clock => {
  const claims = JSON.stringify({ ...goodClaims(clock), exp: 0 })
  const now = Number(goodClaims(clock)['iat'])
  return [
    ...[undefined, null, '', String(now + 600), [now + 600], { exp: now }, true, -1, Number.MAX_VALUE].map(exp =>
      [`exp ${JSON.stringify(exp)}`, signToken(clock, { exp })] as const),
    ...['1e400', '-1e400', '-5', '9007199254740993'].map(exp => [`exp ${exp}`, signRaw(goodHeader, claims.replace('"exp":0', `"exp":${exp}`))] as const),
    ['exp 0', signToken(clock, { exp: 0 }), 'token_expired'], ['an hour ago', signToken(clock, { exp: now - 3600 }), 'token_expired'],
    ['just beyond the tolerance', signToken(clock, { exp: now - 10 }), 'token_expired'],
    ['no iat', signToken(clock, { iat: undefined })], ['iat as text', signToken(clock, { iat: String(now) })],
    ['iat in the future', signToken(clock, { iat: now + 11 })], ['nbf in the future', signToken(clock, { nbf: now + 11 })],
    ...[null, '', [], true, -1].map(nbf => [`nbf ${JSON.stringify(nbf)}`, signToken(clock, { nbf })] as const)
  ]
}))

t.test('L141: clocks may differ by ten seconds', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const now = Number(goodClaims(clock)['iat'])
    for (const claims of [{ exp: now - 9 }, { iat: now + 10 }, { nbf: now + 10 }, { exp: now + 0.5 }, { iat: now + 10, nbf: now + 10, exp: now + 900 }]) {
      t.equal(await outcomeOf(verifier, signToken(clock, claims)), 'good', JSON.stringify(claims))
    }
    const short = signToken(clock, { exp: now + 60 })
    t.equal(await outcomeOf(verifier, short), 'good')
    clock.advance(71)
    t.equal(await outcomeOf(verifier, short), 'token_expired', 'a token that is known expires all the same')
  })
})

t.test('L142: an audience that is not exactly ours', refusesEach(clock => [
  undefined, null, '', [], 'https://orders.example/', 'https://orders.exampl', 'https://orders.example.attacker.example', 'HTTPS://orders.example',
  'https://ORDERS.example', 'orders.example', ' https://orders.example', ['https://other.example'], [[audience]], { aud: audience },
  [audience, 1], [audience, null], true, `${audience} https://other.example`, issuer
].map(aud => [`aud ${JSON.stringify(aud)}`, signToken(clock, { aud })])))

t.test('L142: a list that has us among others', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    t.equal(await outcomeOf(verifier, signToken(clock, { aud: ['https://other.example', audience] })), 'good')
    t.equal(await outcomeOf(verifier, signToken(clock, { aud: 'https://second.example' })), 'good')
  }, { audience: [audience, 'https://second.example'] })
})

t.test('L143: an issuer that is not exactly ours', refusesEach(clock => [
  undefined, null, '', `${issuer}/`, 'https://ID.example', 'HTTPS://id.example', 'http://id.example', 'https://id.example:443', 'id.example',
  'https://id.example.attacker.example', [issuer], { iss: issuer }, ` ${issuer}`, 'https://id.example%2f'
].map(iss => [`iss ${JSON.stringify(iss)}`, signToken(clock, { iss })])))

t.test('L143: two issuers with one kid do not vouch for each other', async t => {
  const [ours, theirs] = [openScene(t), openScene(t, { issuer: 'https://other.example' })]
  theirs.publish({ keys: [publicJwk(otherKey.publicKey)] })
  const claims = goodClaims(ours.clock)
  const their = { ...claims, iss: 'https://other.example' }
  t.equal(await outcomeOf(theirs.verifier, signRaw(goodHeader, their, otherKey.privateKey)), 'good')
  t.equal(await outcomeOf(ours.verifier, signRaw(goodHeader, claims, otherKey.privateKey)), 'token_invalid', 'their key, our name')
  t.equal(await outcomeOf(ours.verifier, signRaw(goodHeader, their, otherKey.privateKey)), 'token_invalid')
  t.equal(await outcomeOf(theirs.verifier, signRaw(goodHeader, their)), 'token_invalid', 'our key, their name')
})

t.test('L131: what every access token has to say, and in what form', refusesEach(clock => [
  ...['sub', 'client_id', 'jti'].flatMap(name => [undefined, null, '', 7, [], ['x'], {}].map(value =>
    [`${name} ${JSON.stringify(value)}`, signToken(clock, { [name]: value, ...name === 'jti' && { grant_id: undefined } })] as const)),
  ['another grant than in jti', signToken(clock, { grant_id: 'BAAAAAAAAAAAAAAAAAAAAA' })],
  ['half the grant in jti', signToken(clock, { grant_id: 'AAAAAAAAAAAAAAAAAAAAA' })],
  ['scope as a list', signToken(clock, { scope: ['orders:read'] })], ['roles as a text', signToken(clock, { roles: 'admin' })],
  ['auth_time as text', signToken(clock, { auth_time: '1' })], ['sid as a number', signToken(clock, { sid: 1 })],
  ['acr as a list', signToken(clock, { acr: ['a'] })], ['amr as a text', signToken(clock, { amr: 'pwd' })]
]))

t.test('L151: no scope, no rights; scopes are whole names', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const ask = (scope: unknown, wanted: string | string[]) => outcomeOf(verifier, signToken(clock, { scope }), { scope: wanted })
    t.equal(await ask(undefined, 'orders:read'), 'insufficient_scope')
    t.equal(await ask('', 'orders:read'), 'insufficient_scope')
    for (const scope of ['orders:rea', 'orders:read:all', 'ORDERS:READ', 'xorders:read', 'orders:read,orders:write', 'orders', 'orders:read\torders:write']) {
      t.equal(await ask(scope, 'orders:read'), 'insufficient_scope', scope)
    }
    t.equal(await ask('orders:read orders:write', 'orders:read orders:write'), 'good')
    t.equal(await ask('orders:write  orders:read', ['orders:read']), 'good')
    t.equal(await ask('orders:read', ['orders:read', 'orders:write']), 'insufficient_scope')
    t.strictSame((await verifier.verify(signToken(clock, { scope: undefined }))).scopes, [])
  })
})

t.test('P192: a route may ask for a stronger or a younger sign-in', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const now = Number(goodClaims(clock)['iat'])
    const strong = signToken(clock, { acr: 'urn:strong', auth_time: now - 100 })
    t.equal(await outcomeOf(verifier, strong, { acrValues: ['urn:other', 'urn:strong'], maxAge: 100 }), 'good')
    t.equal(await outcomeOf(verifier, strong, { acrValues: ['urn:stronger'] }), 'insufficient_user_authentication')
    t.equal(await outcomeOf(verifier, strong, { maxAge: 80 }), 'insufficient_user_authentication')
    t.equal(await outcomeOf(verifier, signToken(clock), { maxAge: 1000 }), 'insufficient_user_authentication', 'no time said')
    t.equal(await outcomeOf(verifier, signToken(clock), { acrValues: ['urn:strong'] }), 'insufficient_user_authentication', 'no class said')
    clock.advance(100)
    t.equal(await outcomeOf(verifier, strong, { maxAge: 100 }), 'insufficient_user_authentication', 'also when the token is known')
  })
})
