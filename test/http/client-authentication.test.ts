import { createHash } from 'node:crypto'
import t from 'tap'
import { basic, createClient, createGrant, postForm, type TestClient } from '../support/clients.ts'
import { areAlike, compareTimes } from '../support/compare-times.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf, signInAnew } from '../support/users.ts'

const url = '/oauth/token'
const form = { grant_type: 'client_credentials' }
const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

onEachStore(t, async (t, { app, service }) => {
  const client = await createClient(service)
  const withBody = (proof: object) => postForm(app, { url, form: { ...form, ...proof } })
  const withHeader = (authorization: string, more = {}) =>
    postForm(app, { url, form: { ...form, ...more }, headers: { authorization } })

  t.test('D60: a client may send its secret in the body', async t => {
    t.equal((await withBody({ client_id: client.id, client_secret: client.secret })).statusCode, 200)
  })

  t.test('D75: nobody is known by a certificate: what a peer says of one counts for nothing, and nothing is advertised', async t => {
    const certificate = { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': 'MIIB', 'x-forwarded-client-cert': `By=x;Subject="CN=${client.id}"`, 'client-cert': ':MIIB:' }
    for (const proof of [{ client_id: client.id }, { client_id: client.id, client_secret: 'wrong' }]) {
      const answer = await postForm(app, { url, form: { ...form, ...proof }, headers: certificate })
      t.equal(answer.statusCode, 401)
      t.match(answer.json(), { error: 'invalid_client' })
    }
    const good = await postForm(app, { url, form, client, headers: certificate })
    t.equal(claimsOf(good.json<{ access_token: string }>().access_token)['cnf'], undefined)
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, unknown>>()
    t.notMatch(String(metadata['token_endpoint_auth_methods_supported']), 'tls')
    for (const member of ['tls_client_certificate_bound_access_tokens', 'mtls_endpoint_aliases']) t.notOk(member in metadata, member)
  })

  t.test('D61: Basic carries id and secret form-encoded', async t => {
    const { hashClientSecret } = await import('../../src/clients/secret.ts')
    const odd: TestClient = { id: 'a:b c', secret: 'p+%/ä:' }
    await createClient(service, { id: odd.id, secretHash: hashClientSecret(odd.secret) })
    t.equal((await withHeader(basic(odd))).statusCode, 200)
    t.equal((await withHeader(encode('a%3ab+c:p%2b%25/%c3%a4:'))).statusCode, 200, 'whatever is escaped beyond need')
    t.equal((await withHeader(encode('a%3Ab c:p+%25/ä:'))).statusCode, 401, 'a bare plus is a space')
  })

  t.test('D62: a malformed Basic header is a failed authentication', async t => {
    const wrong = [
      'Basic', 'Basic ', 'Basic !!!', `Basic ${Buffer.from('no-colon').toString('base64')}`, encode(':secret'), encode('%zz:x'),
      encode('%00:x'), encode('%ff:x'), 'Basic a b', 'Digest x', 'Bearer abc', 'x'
    ]
    for (const authorization of wrong) {
      const answer = await withHeader(authorization)
      t.equal(answer.statusCode, 401, authorization)
      t.match(answer.json(), { error: 'invalid_client' }, authorization)
      t.match(answer.headers['www-authenticate'], /^Basic realm="[^"]+"/, authorization)
    }
    for (const scheme of ['basic', 'BASIC', 'bAsIc']) {
      t.equal((await withHeader(basic(client).replace('Basic', scheme))).statusCode, 200, scheme)
    }
  })

  t.test('D63: a wrong secret is refused, by Basic with the challenge of Basic', async t => {
    const byHeader = await withHeader(basic({ ...client, secret: 'wrong' }))
    t.equal(byHeader.statusCode, 401)
    t.match(byHeader.json(), { error: 'invalid_client' })
    t.match(byHeader.headers['www-authenticate'], /^Basic realm="[^"]+"/)
    const byBody = await withBody({ client_id: client.id, client_secret: 'wrong' })
    t.equal(byBody.statusCode, 401)
    t.match(byBody.json(), { error: 'invalid_client' })
  })

  t.test('D64: one method at a time, and one client', async t => {
    const both = await withHeader(basic(client), { client_secret: client.secret })
    t.equal(both.statusCode, 400)
    t.match(both.json(), { error: 'invalid_request' })
    t.equal((await withHeader(basic(client), { client_id: client.id })).statusCode, 200, 'the same id again is fine')
    t.match((await withHeader(basic(client), { client_id: 'other' })).json(), { error: 'invalid_request' })
  })

  t.test('D65: a confidential client that proves nothing is refused, and its refresh token is not spent', async t => {
    const user = await signInAnew(app, service)
    const { refreshToken } = await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId })
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const refused = await postForm(app, { url, form: { ...refresh, client_id: client.id } })
    t.equal(refused.statusCode, 401)
    t.match(refused.json(), { error: 'invalid_client' })
    t.equal((await postForm(app, { url, form: refresh })).statusCode, 401, 'no id either')
    t.equal((await service.rooms.readRefreshToken(refreshToken))?.grant.generation, 1)
    t.equal((await postForm(app, { url, client, form: refresh })).statusCode, 200)
  })

  t.test('D66: only the registered methods count, at every endpoint', async t => {
    const basicOnly = await createClient(service, { authMethods: ['client_secret_basic'] })
    const postOnly = await createClient(service, { authMethods: ['client_secret_post'] })
    const open = await createClient(service, { authMethods: ['none'], grantTypes: ['refresh_token'] })
    for (const endpoint of [url, '/oauth/revoke', '/oauth/introspect']) {
      const common = { ...form, token: 'x' }
      const inBody = { ...common, client_id: basicOnly.id, client_secret: basicOnly.secret }
      t.match((await postForm(app, { url: endpoint, form: inBody })).json(), { error: 'invalid_client' }, endpoint)
      t.match((await postForm(app, { url: endpoint, client: postOnly, form: common })).json(), { error: 'invalid_client' }, endpoint)
      const withSecret = { ...common, client_id: open.id, client_secret: 'x' }
      t.match((await postForm(app, { url: endpoint, form: withSecret })).json(), { error: 'invalid_client' }, endpoint)
      const nothing = { ...common, client_id: client.id }
      t.match((await postForm(app, { url: endpoint, form: nothing })).json(), { error: 'invalid_client' }, endpoint)
    }
  })

  t.test('D67: an unknown client reads like a wrong secret and is refused as fast; secrets have 256 bits, and are kept by their hash', async t => {
    const unknown = await withHeader(basic({ id: 'nobody', secret: 'wrong' }))
    const wrong = await withHeader(basic({ ...client, secret: 'wrong' }))
    // The same length, so that nothing but who it is differs. From an address with guesses to spare.
    let place = 0
    const guess = (id: string) => () => postForm(app, {
      url, client: { id, secret: 'wrong' }, form, remoteAddress: `2001:db8:1:${(place++).toString(16)}::1`
    })
    const times = await compareTimes({ unknown: guess('n'.repeat(client.id.length)), wrong: guess(client.id) })
    t.ok(areAlike(times), JSON.stringify(times))
    t.equal(unknown.statusCode, wrong.statusCode)
    t.equal(unknown.body, wrong.body)
    t.equal(unknown.headers['www-authenticate'], wrong.headers['www-authenticate'])
    t.equal(Buffer.from(client.secret.replace('cs_secret_', ''), 'base64url').length, 32)
    const kept = (await service.stores.clients.find(client.id))!
    t.same(kept.secretHash, createHash('sha256').update(client.secret).digest())
    t.notMatch(JSON.stringify(kept), client.secret.slice(10))
  })

  t.test('a deleted client is refused at once, and so are its tokens', async t => {
    const doomed = await createClient(service)
    t.equal((await postForm(app, { url, client: doomed, form })).statusCode, 200)
    await service.rooms.revoker.publish([(await service.stores.clients.delete(doomed.id, { reason: 'test', actor: 'admin' }))!])
    await service.pulse.refresh()
    t.equal((await postForm(app, { url, client: doomed, form })).statusCode, 401)
  })

  t.test('D68: who keeps guessing secrets is slowed down, and the client itself never locked out', async t => {
    const guess = (remoteAddress: string) =>
      postForm(app, { url, client: { ...client, secret: 'wrong' }, form, remoteAddress })
    const statuses = []
    for (let place = 0; place <= 100; place++) statuses.push((await guess(`2001:db8::${place.toString(16)}`)).statusCode)
    t.strictSame([...new Set(statuses.slice(0, 100))], [401], 'a hundred guesses')
    t.equal(statuses[100], 429, 'from one /64, whatever the rest of the address')
    const refused = await guess('2001:db8::ffff')
    t.match(refused.headers['retry-after'], /^[1-9]\d*$/)
    t.equal((await guess('2001:db8:0:1::1')).statusCode, 401, 'a neighbour is not concerned')
    const rightful = await postForm(app, { url, client, form, remoteAddress: '2001:db8::1' })
    t.equal(rightful.statusCode, 200, 'the right secret passes from the same address')
  })
})
