import { createHmac, createPublicKey, randomUUID, type JsonWebKey } from 'node:crypto'
import t from 'tap'
import { assertionForm, makeAssertion, makeSigningKey, type AssertionRequest, type SigningKey } from '../support/assertions.ts'
import { basic, clientToken, createClient, postForm, type FormRequest } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { sharedDatabaseUrl } from '../support/database.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { startWebServer } from '../support/web-server.ts'

const url = '/oauth/token'
const form = { grant_type: 'client_credentials' }

type Changes = Partial<AssertionRequest>

let place = 0
/** Each from an address of its own: failures are counted. */
const elsewhere = () => `2001:db8:0:${(place++).toString(16)}::1`

/** A client with one key, and ways to come with what it signs. */
async function openClient({ app, service, issuer }: OpenedService, algorithm?: string, profile = {}) {
  const key = await makeSigningKey(algorithm)
  const { id } = await createClient(service, {
    secretHash: undefined, authMethods: ['private_key_jwt'], profile: { jwks: { keys: [key.jwk] }, ...profile }
  })
  const make = (changes: Changes = {}) => makeAssertion({ clientId: id, audience: issuer, key, ...changes })
  const send = (assertion: string, request: Partial<FormRequest> & { more?: Record<string, string> } = {}) =>
    postForm(app, { url, remoteAddress: elsewhere(), ...request, form: { ...form, ...request.more, ...assertionForm(assertion) } })
  return { id, key, make, send, statusOf: async (changes: Changes) => (await send(await make(changes))).statusCode }
}

const encode = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const seconds = () => Math.floor(Date.now() / 1000)

onEachStore(t, async (t, opened) => {
  const { app, service, issuer, logLines } = opened
  const reasonOf = () => (JSON.parse(logLines.at(-1)!) as { reason: string }).reason

  t.test('D69: an assertion that the client has signed is good, with each algorithm, at each endpoint', async t => {
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, string[]>>()
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      t.ok(metadata[`${endpoint}_endpoint_auth_methods_supported`]!.includes('private_key_jwt'))
      t.strictSame(metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`], ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])
    }
    for (const algorithm of metadata['token_endpoint_auth_signing_alg_values_supported']!) {
      const { id, make, send } = await openClient(opened, algorithm)
      t.equal((await send(await make())).statusCode, 200, algorithm)
      t.equal((await send(await make(), { more: { client_id: id } })).statusCode, 200, 'the same id again is fine')
      t.equal((await send(await make({ header: { kid: undefined } }))).statusCode, 200, 'a client has few keys: the id of one may be missing')
    }
    const { make, send } = await openClient(opened)
    t.equal((await send(await make(), { url: '/oauth/introspect', more: { token: 'x' } })).statusCode, 200, 'it is no public client')
    t.equal((await send(await make(), { url: '/oauth/revoke', more: { token: 'x' } })).statusCode, 200)
  })

  t.test('D69: what the assertion does not say, or says wrongly, is a failed authentication', async t => {
    const { id, key, make, send } = await openClient(opened)
    const other = await openClient(opened)
    const cases: Array<[string, Changes, string]> = [
      ['no sub', { claims: { sub: undefined } }, 'assertion-malformed'],
      ['a number for sub', { claims: { sub: 1 } }, 'assertion-malformed'],
      ['another iss', { claims: { iss: 'somebody' } }, 'assertion-issuer'], ['no iss', { claims: { iss: undefined } }, 'assertion-issuer'],
      ['no exp', { claims: { exp: undefined } }, 'assertion-no-expiry'], ['a text for exp', { claims: { exp: String(seconds() + 60) } }, 'assertion-no-expiry'],
      ['expired five minutes ago', { claims: { exp: seconds() - 300 } }, 'assertion-expired'],
      ['good for an hour', { claims: { exp: seconds() + 3600 } }, 'assertion-too-long-lived'],
      ['good for ever', { claims: { exp: 1e300 } }, 'assertion-too-long-lived'],
      ['no jti', { claims: { jti: undefined } }, 'assertion-no-jti'], ['an empty jti', { claims: { jti: '' } }, 'assertion-no-jti'],
      ['a list for jti', { claims: { jti: ['x'] } }, 'assertion-no-jti'],
      ['an unknown kid', { header: { kid: 'unknown' } }, 'assertion-key'],
      ['another client\'s key', { key: other.key }, 'assertion-key'],
      ['another client\'s key under the right kid', { key: { ...other.key, jwk: { kid: key.jwk.kid! } } }, 'assertion-signature'],
      ['the name of another client', { claims: { sub: other.id, iss: other.id } }, 'assertion-key'],
      ['an extension that is not understood', { header: { crit: ['exp'], exp: 1 } }, 'assertion-malformed']
    ]
    for (const [name, changes, reason] of cases) {
      const assertion = await makeUnchecked(changes)
      const answer = await send(assertion)
      t.equal(answer.statusCode, 401, name)
      t.match(answer.json(), { error: 'invalid_client' }, name)
      t.equal(answer.headers['www-authenticate'], undefined, 'no header was used')
      t.equal(reasonOf(), `client/${reason}`, name)
    }

    /** jose refuses to sign an extension that it does not understand itself. */
    async function makeUnchecked(changes: Changes): Promise<string> {
      if (changes.header?.['crit'] === undefined) return make(changes)
      const [, payload, signature] = (await make()).split('.')
      return `${encode({ alg: 'ES256', ...changes.header })}.${payload}.${signature}`
    }
    const [header, , signature] = (await make()).split('.')
    t.equal((await send([header, encode({ iss: id, sub: id, aud: issuer, jti: 'x', exp: seconds() + 60 }), signature].join('.'))).statusCode, 401,
      'a changed payload')
    t.equal(reasonOf(), 'client/assertion-signature')
  })

  t.test('D69: an algorithm that the key is not for never verifies', async t => {
    const { id, key, make, send } = await openClient(opened, 'RS256')
    const claims = () => encode({ iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: seconds(), exp: seconds() + 60 })
    for (const alg of ['none', 'None', 'NONE', '']) {
      for (const signature of ['', 'AA']) {
        t.equal((await send(`${encode({ alg, kid: key.jwk.kid })}.${claims()}.${signature}`)).statusCode, 401, `${alg} ${signature}`)
      }
    }
    const publicKey = createPublicKey({ key: key.jwk as JsonWebKey, format: 'jwk' })
    const spki = publicKey.export({ format: 'pem', type: 'spki' })
    const secrets = [spki, String(spki).trim(), publicKey.export({ format: 'der', type: 'spki' }), JSON.stringify(key.jwk), key.jwk.n!, '']
    for (const secret of secrets) {
      const input = `${encode({ alg: 'HS256', kid: key.jwk.kid })}.${claims()}`
      const mac = createHmac('sha256', secret).update(input).digest('base64url')
      t.equal((await send(`${input}.${mac}`)).statusCode, 401, 'the public key as a shared secret')
    }
    t.equal((await send(await make({ header: { alg: 'RS256', kid: ['x'] } }))).statusCode, 401, 'a list for kid')
    const forAnother = await makeSigningKey('PS256')
    const bound = await openClient(opened, 'RS256', { jwks: { keys: [{ ...forAnother.jwk, alg: 'RS256' }] } })
    t.equal(await bound.statusOf({ key: forAnother }), 401, 'a key for RS256 does not verify PS256')
    t.equal(reasonOf(), 'client/assertion-key')
  })

  t.test('D69: a key that the assertion brings along counts for nothing', async t => {
    const { make, send, key: own } = await openClient(opened)
    const { privateKey, algorithm, jwk } = await makeSigningKey()
    const stolen = { privateKey, algorithm, jwk: { kid: own.jwk.kid! } }
    for (const header of [{ jwk }, { jku: 'https://evil.example/jwks.json' }, { x5u: 'https://evil.example/x' }, { x5c: ['AA=='] }]) {
      t.equal((await send(await make({ key: stolen, header }))).statusCode, 401, Object.keys(header)[0]!)
      t.equal(reasonOf(), 'client/assertion-signature')
    }
  })

  t.test('D70: the audience is the issuer, as one text', async t => {
    const { make, send } = await openClient(opened)
    const wrong = [
      [issuer], [issuer, `${issuer}/oauth/token`], `${issuer}/oauth/token`, `${issuer}/oauth/par`, `${issuer}/`, 'https://other.example',
      issuer.toUpperCase(), '', undefined, null, {}, []
    ]
    for (const aud of wrong) {
      const answer = await send(await make({ claims: { aud } }))
      t.equal(answer.statusCode, 401, JSON.stringify(aud))
      t.match(answer.json(), { error: 'invalid_client' })
      t.equal(reasonOf(), 'client/assertion-audience')
    }
    const older = await openClient(opened, 'ES256', { acceptsEndpointAudience: true })
    for (const aud of [issuer, `${issuer}/oauth/token`, [`${issuer}/oauth/token`], [issuer, `${issuer}/oauth/token`]]) {
      t.equal(await older.statusOf({ claims: { aud } }), 200, `an older client may name ${JSON.stringify(aud)}`)
    }
    for (const aud of ['https://other.example', [`${issuer}/oauth/token`, 'https://other.example'], [], undefined, `${issuer}/oauth/revoke`]) {
      t.equal(await older.statusOf({ claims: { aud } }), 401, `but not ${JSON.stringify(aud)}`)
    }
  })

  t.test('D71: clocks may differ by ten seconds, and not by much more than a minute', async t => {
    const { statusOf } = await openClient(opened)
    for (const member of ['iat', 'nbf']) {
      for (const ahead of [8, 10, 50]) t.equal(await statusOf({ claims: { [member]: seconds() + ahead } }), 200, `${member} ${ahead}`)
      t.equal(await statusOf({ claims: { [member]: seconds() + 75 } }), 401, `${member} 75`)
      t.equal(await statusOf({ claims: { [member]: 'now' } }), 401, `${member} as a text`)
    }
    t.equal(await statusOf({ claims: { exp: seconds() - 10 } }), 200, 'just expired, by a clock that is slow')
    t.equal(await statusOf({ claims: { exp: seconds() - 75 } }), 401)
    t.equal(await statusOf({ claims: { iat: undefined, nbf: undefined } }), 200, 'neither is needed')
  })

  t.test('D72: an assertion is good once, however it is spelled', async t => {
    const { make, send } = await openClient(opened, 'RS256')
    const other = await openClient(opened)
    const assertion = await make({ claims: { jti: 'one' } })
    t.equal((await send(assertion)).statusCode, 200)
    const again = await send(assertion)
    t.equal(again.statusCode, 401)
    t.match(again.json(), { error: 'invalid_client' })
    t.equal(reasonOf(), 'client/assertion-replayed')
    const last = assertion.at(-1)!
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const spellings = [...alphabet].filter(letter => letter !== last).map(letter => assertion.slice(0, -1) + letter)
    for (const spelling of [...spellings, `${assertion}=`, `${assertion}==`, `${assertion}\n`, ` ${assertion}`, assertion.replace('.', '=.')]) {
      t.equal((await send(spelling)).statusCode, 401)
    }
    const unused = await make()
    const respelled = unused.slice(0, -1) + alphabet[alphabet.indexOf(unused.at(-1)!) + 1]!
    t.same(Buffer.from(respelled.split('.')[2]!, 'base64url'), Buffer.from(unused.split('.')[2]!, 'base64url'))
    t.equal((await send(respelled)).statusCode, 401, 'a second spelling is refused even before the first has come')
    t.equal((await send(unused)).statusCode, 200)
    t.equal((await send(await make({ claims: { jti: 'one' } }))).statusCode, 401, 'the same jti in another assertion')
    t.equal((await send(await make({ claims: { jti: 'two' } }))).statusCode, 200)
    t.equal((await other.send(await other.make({ claims: { jti: 'one' } }))).statusCode, 200, 'another client counts for itself')
    const refused = await make({ claims: { jti: 'three', aud: 'https://other.example' } })
    t.equal((await send(refused)).statusCode, 401)
    t.equal((await send(await make({ claims: { jti: 'three' } }))).statusCode, 200, 'what was refused used nothing up')
  })

  t.test('D73: a token of another type never works as an assertion', async t => {
    const { make, send, id } = await openClient(opened)
    for (const typ of [undefined, 'JWT', 'jwt', 'client-authentication+jwt']) {
      t.equal((await send(await make({ header: { typ } }))).statusCode, 200, String(typ))
    }
    for (const typ of ['oauth-authz-req+jwt', 'at+jwt', 'logout+jwt', 'application/jwt+x', '', 1, null]) {
      t.equal((await send(await make({ header: { typ } }))).statusCode, 401, String(typ))
      t.equal(reasonOf(), 'client/assertion-malformed')
    }
    const secretly = await createClient(service, { id: `${id}-2` })
    t.equal((await send(await clientToken(app, secretly))).statusCode, 401, 'an access token')
  })

  t.test('D69: the type of the assertion is told exactly', async t => {
    const { make } = await openClient(opened)
    const right = assertionForm(await make())
    const wrong = [
      { client_assertion: right['client_assertion']! }, { client_assertion_type: right['client_assertion_type']! },
      { ...right, client_assertion_type: 'jwt-bearer' }, { ...right, client_assertion_type: right['client_assertion_type']!.toUpperCase() },
      { ...right, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }, { ...right, client_assertion: 'x' },
      { ...right, client_assertion: 'a.b.c' }, { ...right, client_assertion: `${encode('[]')}.${encode('null')}.AA` }
    ]
    for (const proof of wrong) {
      const answer = await postForm(app, { url, form: { ...form, ...proof }, remoteAddress: elsewhere() })
      t.equal(answer.statusCode, 401)
      t.match(answer.json(), { error: 'invalid_client' })
    }
    t.equal((await postForm(app, { url, form: { ...form, ...right } })).statusCode, 200, 'and none of it used the assertion up')
  })

  t.test('D64, D66: an assertion goes with no secret, and only where it is registered', async t => {
    const { make, send, id } = await openClient(opened)
    const withSecret = await createClient(service)
    const twice = [
      await send(await make(), { headers: { authorization: basic({ id, secret: 'x' }) } }),
      await send(await make(), { more: { client_id: id, client_secret: 'x' } }),
      await send(await make(), { headers: { authorization: 'Bearer x' } })
    ]
    for (const answer of twice) {
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { error: 'invalid_request' })
    }
    t.match((await send(await make(), { more: { client_id: withSecret.id } })).json(), { error: 'invalid_request' }, 'two ids')
    const inItsName = await send(await make({ clientId: withSecret.id }))
    t.equal(inItsName.statusCode, 401)
    t.equal(reasonOf(), 'client/method-not-registered')
    for (const proof of [{ client_id: id }, { client_id: id, client_secret: 'x' }, { client_id: id, client_secret: '' }]) {
      t.equal((await postForm(app, { url, form: { ...form, ...proof } })).statusCode, 401, 'no way round the signature')
    }
    const unknown = await send(await make({ clientId: 'nobody' }))
    t.equal(unknown.statusCode, 401)
    t.match(unknown.json(), { error: 'invalid_client' })
  })
})

t.test('D72: of a hundred that bring one assertion to two instances at once, one is served', {
  skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
}, async t => {
  const first = await openService(t, { store: 'real' })
  await t.test('with another instance beside it', async t => {
    const { databaseUrl, redisUrl } = first.service.config
    const second = await openService(t, { store: 'embedded', config: { DATABASE_URL: databaseUrl!, REDIS_URL: redisUrl! } })
    const { id, key } = await openClient(first)
    await second.service.pulse.refresh()
    for (const round of [1, 2, 3]) {
      const assertion = await makeAssertion({ clientId: id, audience: first.issuer, key })
      const answers = await Promise.all(Array.from({ length: 100 }, (_, place) =>
        postForm([first, second][place % 2]!.app, {
          url, form: { ...form, ...assertionForm(assertion) }, remoteAddress: elsewhere()
        })))
      const statuses = answers.map(answer => answer.statusCode)
      t.equal(statuses.filter(status => status === 200).length, 1, `round ${round}`)
      t.equal(statuses.filter(status => status === 401).length, 99)
    }
  })
})

t.test('D74: a client that publishes its keys changes them without a word to us', async t => {
  const [first, second] = [await makeSigningKey('ES256', 'first'), await makeSigningKey('RS256', 'second')]
  const jwksUri = 'https://app.example/jwks'
  let published = [first.jwk]
  const asked: string[] = []
  const clock = createTestClock(Date.now())
  const opened = await openService(t, {
    store: 'embedded', clock,
    outboundFetch: async uri => {
      asked.push(uri)
      return { status: 200, body: JSON.stringify({ keys: published }) }
    }
  })
  const { id, send } = await openClient(opened, 'ES256', { jwks: undefined, jwksUri })
  const statusOf = async (key: SigningKey) =>
    (await send(await makeAssertion({ clientId: id, audience: opened.issuer, key, now: clock.now() }))).statusCode
  t.equal(await statusOf(first), 200)
  t.equal(await statusOf(first), 200)
  t.strictSame(asked, [jwksUri])
  t.equal(await statusOf(second), 401)
  published = [second.jwk]
  clock.advance(31)
  await opened.service.pulse.refresh()
  t.equal(await statusOf(second), 200, 'a new key is good at its first use')
  t.equal(await statusOf(first), 401, 'and the one that was taken away is not')
  t.equal(asked.length, 2)
})

t.test('D74: an address of ours, or without TLS, is never asked for keys', async t => {
  const server = await startWebServer(t, response => response.end('{"keys":[]}'))
  const opened = await openService(t, { store: 'embedded' })
  for (const jwksUri of [server.url, server.url.replace('http', 'https'), server.url.replace('127.0.0.1', 'localhost'), 'https://[::1]/', 'https://10.0.0.1/']) {
    const { statusOf } = await openClient(opened, 'ES256', { jwks: undefined, jwksUri })
    t.equal(await statusOf({}), 401, jwksUri)
  }
  t.strictSame(server.requests, [])
})
