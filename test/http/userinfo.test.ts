import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import { createApp } from '../../src/app.ts'
import { unavailable } from '../../src/protocol/errors.ts'
import { createVerifyIdTokenHint } from '../../src/tokens/id-token-hint.ts'
import { createIssueIdToken } from '../../src/tokens/id-token.ts'
import { createSignJwt } from '../../src/tokens/sign-jwt.ts'
import { clientToken, createClient, createGrant, postForm } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService } from '../support/service.ts'
import { callApi, claimsOf, signInAnew } from '../support/users.ts'
import { watchAnswers } from '../support/watch-answers.ts'

const url = '/oauth/userinfo'
const realm = 'Bearer realm="countersign"'

onEachStore(t, async (t, { app, service, issuer }) => {
  const client = await createClient(service)
  const user = await signInAnew(app, service)
  const granted = { clientId: client.id, userId: user.id, sessionId: user.sessionId }
  const grant = (scope: string, changes: Partial<Parameters<typeof createGrant>[1]> = {}) =>
    createGrant(service, { ...granted, scopes: scope.split(' '), ...changes })
  const { accessToken } = await grant('openid')
  const ask = (token: string) => callApi(app, `GET ${url}`, { token })
  await service.stores.profiles.set(user.id, {
    name: 'Ada Lovelace', emailVerified: true, claims: { given_name: 'Ada', phone_number: '+442079460000', address: { locality: 'London' } }
  }, 'admin')

  t.test('N171: it answers GET and POST with the sub of the token', async t => {
    for (const method of ['GET', 'POST']) {
      const answer = await callApi(app, `${method} ${url}`, { token: accessToken })
      t.equal(answer.statusCode, 200, method)
      t.match(answer.headers['content-type'], /^application\/json/)
      t.equal(answer.headers['cache-control'], 'no-store')
      t.strictSame(answer.json(), { sub: user.id })
    }
    t.equal(claimsOf(accessToken)['sub'], user.id)
  })

  t.test('the metadata says where it is and what it gives', async t => {
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, string[]>>()
    t.match(metadata, {
      userinfo_endpoint: `${issuer}${url}`, claims_parameter_supported: true, subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: ['RS256'], userinfo_signing_alg_values_supported: ['RS256'],
      acr_values_supported: ['urn:countersign:acr:password']
    })
    for (const claim of ['sub', 'auth_time', 'sid', 'name', 'email_verified', 'phone_number', 'address', 'updated_at']) {
      t.ok(metadata['claims_supported']!.includes(claim), claim)
    }
  })

  t.test('N170: each scope gives its claims', async t => {
    const all = (await ask((await grant('openid profile email address phone')).accessToken)).json<Record<string, unknown>>()
    const { updated_at: updatedAt, ...rest } = all
    t.strictSame(rest, {
      sub: user.id, name: 'Ada Lovelace', given_name: 'Ada', email: user.email, email_verified: true,
      address: { locality: 'London' }, phone_number: '+442079460000'
    })
    t.ok(Number.isInteger(updatedAt) && Math.abs(Date.now() / 1000 - Number(updatedAt)) < 300)
    t.strictSame((await ask((await grant('openid email')).accessToken)).json(), { sub: user.id, email: user.email, email_verified: true })
  })

  t.test('N169: a claim asked for by name is given without its scope', async t => {
    const claims = { userinfo: { given_name: { essential: true }, nickname: { essential: true } }, id_token: { phone_number: null } }
    t.strictSame((await ask((await grant('openid', { claims })).accessToken)).json(), { sub: user.id, given_name: 'Ada' })
  })

  t.test('N171, H105: without the scope openid it is refused', async t => {
    const service_ = await createClient(service, { scopes: ['openids'] })
    for (const token of [user.accessToken, (await grant('profile email')).accessToken, await clientToken(app, service_)]) {
      const answer = await ask(token)
      t.equal(answer.statusCode, 403)
      t.equal(answer.headers['www-authenticate'], `${realm}, error="insufficient_scope", scope="openid"`)
      t.match(answer.json(), { error: 'insufficient_scope' })
    }
  })

  t.test("a client's own token is no user's, whatever its scope", async t => {
    const claims = claimsOf(await clientToken(app, client))
    const answer = await ask(await createSignJwt(service.ring)('at+jwt', { ...claims, scope: 'openid' }))
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { error: 'invalid_token' })
  })

  t.test('N171: signed for the client that wants it signed', async t => {
    const signing = await createClient(service, { profile: { userinfoSignedResponseAlg: 'RS256' } })
    const { accessToken: token } = await grant('openid email', { clientId: signing.id })
    const answer = await ask(token)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers['content-type'], /^application\/jwt/)
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), {
      [customFetch]: async () => new Response((await app.inject('/.well-known/jwks.json')).body)
    })
    const { payload } = await jwtVerify(answer.body, keys, { issuer, audience: signing.id, algorithms: ['RS256'] })
    t.strictSame(payload, { iss: issuer, aud: signing.id, sub: user.id, email: user.email, email_verified: true })
    t.equal(await createVerifyIdTokenHint({ ring: service.ring, issuer })(answer.body), 'not-ours', 'nor is it an ID token')
    t.equal((await ask(answer.body)).statusCode, 401, 'nor an access token')
  })

  t.test('H103: no credentials are answered by a challenge that names no error', async t => {
    for (const headers of [{}, { authorization: 'Basic abc' }]) {
      for (const method of ['GET', 'POST']) {
        const answer = await callApi(app, `${method} ${url}`, { headers })
        t.equal(answer.statusCode, 401)
        t.equal(answer.headers['www-authenticate'], realm)
        t.equal(answer.headers['cache-control'], 'no-store')
      }
    }
  })

  t.test('H104, F99: what is no good here is refused as invalid, a refresh token and an ID token among it', async t => {
    const { accessToken: revoked, grant: ended, refreshToken } = await grant('openid')
    await service.rooms.revoker.revoke('grant', ended.id, { reason: 'test', actor: 'admin' })
    const { accessToken: elsewhere } = await grant('openid', { audience: ['https://orders.example.com'] })
    const issueIdToken = createIssueIdToken({ sign: createSignJwt(service.ring), clock: service.clock, issuer, users: service.stores.users })
    const idToken = await issueIdToken(ended, { clientId: client.id, accessToken: revoked })
    const wrongs = { revoked, refreshToken, elsewhere, idToken, cut: accessToken.slice(0, -1), padded: `${accessToken}=`, text: 'abc', long: 'x'.repeat(9000) }
    for (const [name, wrong] of Object.entries(wrongs)) {
      const answer = await ask(wrong)
      t.equal(answer.statusCode, 401, name)
      t.match(answer.headers['www-authenticate'], /^Bearer realm="countersign", error="invalid_token"/, name)
      t.match(answer.json(), { error: 'invalid_token' })
    }
  })

  t.test('H106: a token in the URL is ignored', async t => {
    const bare = await callApi(app, `GET ${url}?access_token=${accessToken}`)
    t.equal(bare.statusCode, 401)
    t.equal(bare.headers['www-authenticate'], realm)
    t.equal((await callApi(app, `GET ${url}?access_token=x&x=1`, { token: accessToken })).statusCode, 200)
    const posted = await postForm(app, { url: `${url}?access_token=${accessToken}`, form: { other: 'x' } })
    t.equal(posted.statusCode, 401)
  })

  t.test('H107: two tokens are one too many', async t => {
    const both = await postForm(app, { url, form: { access_token: accessToken }, headers: { authorization: `Bearer ${accessToken}` } })
    t.equal(both.statusCode, 400)
    t.match(both.json(), { error: 'invalid_request' })
    t.match(both.headers['www-authenticate'], /error="invalid_request"/)
    const twice = await postForm(app, { url, form: `access_token=${accessToken}&access_token=${accessToken}` })
    t.equal(twice.statusCode, 400)
  })

  t.test('H108: the case of the scheme and further spaces do not matter', async t => {
    for (const header of [`bearer ${accessToken}`, `BEARER   ${accessToken}`, `Bearer ${accessToken}  `]) {
      t.equal((await callApi(app, `GET ${url}`, { headers: { authorization: header } })).statusCode, 200, header.slice(0, 12))
    }
    for (const header of ['Bearer', 'Bearer ', 'Bearer a b']) {
      t.equal((await callApi(app, `GET ${url}`, { headers: { authorization: header } })).statusCode, 401, header)
    }
  })

  t.test('H109: a token in the body is taken from a form, and from nothing else', async t => {
    t.strictSame((await postForm(app, { url, form: { access_token: accessToken } })).json(), { sub: user.id })
    const multipart = `--b\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n${accessToken}\r\n--b--\r\n`
    const others: Array<[string, string]> = [
      ['application/json', JSON.stringify({ access_token: accessToken })], ['multipart/form-data; boundary=b', multipart],
      ['text/plain', `access_token=${accessToken}`]
    ]
    for (const [type, payload] of others) {
      const answer = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
      t.equal(answer.statusCode, 401, type)
      t.equal(answer.headers['www-authenticate'], realm)
      const withHeader = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': type, authorization: `Bearer ${accessToken}` } })
      t.equal(withHeader.statusCode, 200, `${type}, and a header`)
    }
    const empty = await postForm(app, { url, form: '', headers: { authorization: `Bearer ${accessToken}` } })
    t.equal(empty.statusCode, 200)
  })

  t.test('pages of any site may ask, and see why they were refused', async t => {
    const origin = 'https://spa.example'
    const preflight = await app.inject({
      method: 'OPTIONS', url,
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }
    })
    t.equal(preflight.statusCode, 204)
    t.match(preflight.headers, {
      'access-control-allow-origin': '*', 'access-control-allow-methods': /GET, POST/, 'access-control-allow-headers': /authorization/
    })
    for (const answer of [
      await callApi(app, `GET ${url}`, { token: accessToken, headers: { origin } }), await callApi(app, `GET ${url}`, { headers: { origin } }),
      await ask('wrong'), await ask(user.accessToken), await postForm(app, { url, form: 'access_token=%', headers: { origin } })
    ]) {
      t.equal(answer.headers['access-control-allow-origin'], '*', String(answer.statusCode))
      t.match(answer.headers['access-control-expose-headers'], /WWW-Authenticate/)
      t.notOk(answer.headers['access-control-allow-credentials'])
    }
  })

  t.test('other methods are told which there are', async t => {
    for (const method of ['PUT', 'DELETE', 'PATCH'] as const) {
      const answer = await app.inject({ method, url })
      t.equal(answer.statusCode, 405)
      t.match(answer.headers['allow'], /GET.*POST/)
    }
  })

  t.test('H104: what has ended is refused before anybody has announced it', async t => {
    const { accessToken: token, grant: { id } } = await grant('openid')
    t.equal((await ask(token)).statusCode, 200)
    await service.stores.grants.revoke(id, { reason: 'test', actor: 'admin' })
    const answer = await ask(token)
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { error: 'invalid_token', error_description: /revoked/ })
  })

  t.test('a user who is disabled is nobody any more', async t => {
    const other = await signInAnew(app, service)
    const { accessToken: token } = await grant('openid', { userId: other.id, sessionId: other.sessionId })
    t.equal((await ask(token)).statusCode, 200)
    await service.rooms.revoker.publish(await service.stores.users.endEverything(other.id, { reason: 'test', actor: 'admin' }, { disabled: true }))
    t.equal((await ask(token)).statusCode, 401)
  })

  t.test('a database that is away is 503 and never 401', async t => {
    const readUserinfo = () => Promise.reject(unavailable('database/unreachable'))
    const broken = await watchAnswers(t, () => createApp({
      rooms: { ...service.rooms, isReady: () => true, readUserinfo }, logger: service.logger, trustProxy: []
    }), { issuer })
    t.teardown(() => broken.close())
    const answer = await callApi(broken, `GET ${url}`, { token: accessToken })
    t.equal(answer.statusCode, 503)
    t.match(answer.headers['retry-after'], /^[1-9]/)
    t.equal(answer.headers['access-control-allow-origin'], '*')
  })
})

t.test('H104: an expired token is refused as invalid', async t => {
  const clock = createTestClock(Date.now())
  const { app, service } = await openService(t, { store: 'embedded', clock })
  const user = await signInAnew(app, service)
  const { accessToken } = await createGrant(service, {
    clientId: (await createClient(service)).id, userId: user.id, sessionId: user.sessionId, scopes: ['openid']
  })
  clock.advance(600)
  await service.pulse.refresh()
  const answer = await callApi(app, `GET ${url}`, { token: accessToken })
  t.equal(answer.statusCode, 401)
  t.match(answer.headers['www-authenticate'], /error="invalid_token"/)
  t.equal(decodeProtectedHeader(accessToken).typ, 'at+jwt')
})

t.test('an issuer with a path has it under that path', async t => {
  const { app } = await openService(t, { store: 'embedded', config: { ISSUER: 'http://127.0.0.1:3000/id/eu' } })
  t.equal((await app.inject(`/id/eu${url}`)).statusCode, 401)
  t.equal((await app.inject(url)).statusCode, 404)
})
