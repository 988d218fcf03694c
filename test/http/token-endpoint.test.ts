import t from 'tap'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { createClient, postForm } from '../support/clients.ts'
import { onEachStore, openService } from '../support/service.ts'
import { claimsOf, signInAnew } from '../support/users.ts'

const url = '/oauth/token'
const clientCredentials = { grant_type: 'client_credentials' }

onEachStore(t, async (t, { app, service, issuer }) => {
  const client = await createClient(service, { scopes: ['orders:read', 'orders:write'] })

  t.test('C48: a client gets a token that any JWT library verifies, and the answer is never stored', async t => {
    const answer = await postForm(app, { url, client, form: clientCredentials })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.equal(answer.headers['cache-control'], 'no-store')
    t.equal(answer.headers['pragma'], 'no-cache')
    const body = answer.json<Record<string, string>>()
    t.match(body, { token_type: 'Bearer', expires_in: 600, scope: 'orders:read orders:write' })
    const jwks = (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>()
    const { payload, protectedHeader } = await jwtVerify(body['access_token']!, createLocalJWKSet(jwks), {
      issuer, audience: issuer, typ: 'at+jwt', algorithms: ['RS256'],
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti', 'scope']
    })
    t.match(payload, { sub: client.id, client_id: client.id, scope: 'orders:read orders:write' })
    t.equal(payload.exp! - payload.iat!, 600)
    t.strictSame(Object.keys(protectedHeader).sort(), ['alg', 'kid', 'typ'])
  })

  t.test('a client of another audience gets tokens for that audience alone', async t => {
    const other = await createClient(service, { audience: ['https://orders.example.com'] })
    const answer = await postForm(app, { url, client: other, form: clientCredentials })
    const claims = claimsOf(answer.json<{ access_token: string }>().access_token)
    t.equal(claims['aud'], 'https://orders.example.com')
    t.notOk('scope' in claims, 'no scope granted, no scope claimed')
  })

  t.test('a client may ask for fewer scopes, never for more', async t => {
    const ask = (scope: string) => postForm(app, { url, client, form: { ...clientCredentials, scope } })
    t.equal((await ask('orders:write')).json<{ scope: string }>().scope, 'orders:write')
    for (const scope of ['orders:read orders:delete', 'ORDERS:READ', 'orders', 'a"b', 'orders:read  orders:write', 'ö']) {
      const answer = await ask(scope)
      t.equal(answer.statusCode, 400, scope)
      t.equal(answer.json<{ error: string }>().error, 'invalid_scope', scope)
    }
  })

  t.test('C49: every method but POST is answered 405 with Allow', async t => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await app.inject({ method, url, headers: { origin: issuer } })
      t.equal(answer.statusCode, 405, method)
      t.equal(answer.headers['allow'], 'OPTIONS, POST', method)
    }
  })

  t.test('C49: Allow names the methods that a path answers, all of them and no other', async t => {
    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>()
    for (const [pattern, operations] of Object.entries(paths)) {
      const path = pattern.replaceAll(/\{\w+\}/g, 'x')
      const answers = await Promise.all(methods.map(async method => ({ method, ...await app.inject({ method, url: path }) })))
      const [refused, answered] = [answers.filter(answer => answer.statusCode === 405), answers.filter(answer => answer.statusCode !== 405)]
      t.ok(Object.keys(operations).every(method => answered.some(answer => answer.method === method.toUpperCase())), `${path} as documented`)
      t.ok(refused.length > 0, path)
      const allowed = answered.map(({ method }) => method).sort()
      for (const { headers } of refused) t.strictSame(String(headers.allow).split(', ').sort(), allowed, path)
    }
  })

  t.test('C57: an application in a browser, of any site, may ask and read the answer, without cookies', async t => {
    const origin = 'https://app.example.com'
    for (const path of [url, '/oauth/revoke']) {
      const preflight = await app.inject({
        method: 'OPTIONS', url: path, headers: { origin, 'access-control-request-method': 'POST' }
      })
      t.equal(preflight.statusCode, 204, path)
      t.match(preflight.headers, {
        'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type'
      })
      t.equal(preflight.headers['access-control-allow-credentials'], undefined)
      const refused = await postForm(app, { url: path, form: {}, headers: { origin } })
      t.equal(refused.headers['access-control-allow-origin'], '*', 'a refusal can be read, too')
      t.match(refused.headers['access-control-expose-headers'], /WWW-Authenticate/)
    }
    const ask = async (method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS', path: string) => {
      const answer = await app.inject({ method, url: path, headers: { origin } })
      return { status: answer.statusCode, origin: answer.headers['access-control-allow-origin'], exposed: answer.headers['access-control-expose-headers'] }
    }
    const open = { origin: '*', exposed: 'WWW-Authenticate, Retry-After' }
    const documents = ['/.well-known/jwks.json', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']
    for (const path of [url, '/oauth/revoke', '/oauth/userinfo', ...documents]) {
      const method = path === url || path === '/oauth/revoke' ? 'POST' : 'GET'
      t.strictSame(await ask('DELETE', path), { status: 405, ...open }, `${path} by another method`)
      t.strictSame(await ask(method, `${path}?x=%00`), { status: 400, ...open }, `${path} with a NUL`)
    }
    for (const path of [url, '/oauth/revoke']) t.strictSame(await ask('POST', `${path}?x=1`), { status: 400, ...open }, `${path} with a query`)
    for (const path of ['/oauth/introspect', '/oauth/introspect?x=1', '/oauth/authorize', '/openapi.json', '/elsewhere']) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'] as const) t.equal((await ask(method, path)).origin, undefined, `${method} ${path}`)
    }
    for (const path of [url, '/oauth/revoke', '/oauth/userinfo', ...documents]) {
      const [asked, unasked] = [await app.inject({ url: path, headers: { origin } }), await app.inject(path)]
      for (const { headers } of [asked, unasked]) t.equal(headers['access-control-allow-origin'], '*', `${path}, whoever asks`)
      t.notMatch(String(asked.headers['vary']), /origin|\*/i, `${path} does not depend on it, and any cache may keep it`)
    }
    const introspection = await postForm(app, { url: '/oauth/introspect', form: {}, headers: { origin } })
    t.equal(introspection.headers['access-control-allow-origin'], undefined, 'introspection is for services')
  })

  t.test('C50: nothing in the query string is honoured', async t => {
    for (const query of ['grant_type=client_credentials', `client_secret=${client.secret}`, 'x=1']) {
      const answer = await postForm(app, { url: `${url}?${query}`, client, form: clientCredentials })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { error: 'invalid_request' })
    }
  })

  t.test('C51: only form-encoded UTF-8 is read', async t => {
    const send = (contentType: string | undefined, payload = 'grant_type=client_credentials') =>
      postForm(app, { url, client, form: payload, headers: { 'content-type': contentType! } })
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', 'nonsense', '']) {
      const answer = await send(type)
      t.ok([400, 415].includes(answer.statusCode), `${type} is answered ${answer.statusCode}`)
      t.match(answer.json(), { error: 'invalid_request' }, type)
    }
    t.equal((await send('application/x-www-form-urlencoded; charset=iso-8859-1')).statusCode, 400)
    for (const type of ['application/x-www-form-urlencoded; charset=utf-8', 'Application/X-WWW-Form-URLEncoded;charset="UTF-8"']) {
      t.equal((await send(type)).statusCode, 200, type)
    }
    const empty = await app.inject({ method: 'POST', url })
    t.equal(empty.statusCode, 400, 'no body at all')
  })

  t.test('C52: no parameter may appear twice', async t => {
    for (const name of [
      'grant_type', 'code', 'redirect_uri', 'client_id', 'client_secret', 'code_verifier', 'refresh_token', 'scope', 'unknown'
    ]) {
      const answer = await postForm(app, { url, client, form: `grant_type=client_credentials&${name}=a&${name}=b` })
      t.equal(answer.statusCode, 400, name)
      t.match(answer.json(), { error: 'invalid_request' }, name)
    }
  })

  t.test('C53: an empty value counts as absent, and an unknown parameter is ignored', async t => {
    const answer = await postForm(app, { url, client, form: { ...clientCredentials, scope: '', extra: 'foobar', nonce: '' } })
    t.equal(answer.statusCode, 200)
    t.equal(answer.json<{ scope: string }>().scope, 'orders:read orders:write')
    t.match((await postForm(app, { url, client, form: { grant_type: '' } })).json(), { error: 'invalid_request' })
  })

  t.test('C54: a missing, an unknown and a forbidden grant type are told apart', async t => {
    const ask = async (form: Record<string, string>, asking = client) => {
      const answer = await postForm(app, { url, client: asking, form })
      t.equal(answer.statusCode, 400)
      return answer.json<{ error: string }>().error
    }
    t.equal(await ask({}), 'invalid_request')
    for (const type of ['password', 'implicit', 'foo', '__proto__', 'CLIENT_CREDENTIALS', 'AUTHORIZATION_CODE']) {
      t.equal(await ask({ grant_type: type }), 'unsupported_grant_type', type)
    }
    const refreshOnly = await createClient(service, { grantTypes: ['refresh_token'] })
    t.equal(await ask(clientCredentials, refreshOnly), 'unauthorized_client')
  })

  t.test('C55: broken encodings are refused, whatever field they are in', async t => {
    for (const value of ['%zz', '%', '%ff', '%00', '%c0%80', '%ed%a0%80']) {
      for (const name of ['grant_type', 'scope', 'refresh_token', 'client_id', 'unknown', value]) {
        const answer = await postForm(app, { url, client, form: `${name}=${value}` })
        t.equal(answer.statusCode, 400, `${name}=${value}`)
        t.match(answer.json(), { error: 'invalid_request' })
      }
    }
    const huge = await postForm(app, { url, client, form: `x=${'a'.repeat(65 * 1024)}` })
    t.equal(huge.statusCode, 413)
    t.match(huge.json(), { error: 'invalid_request' })
  })

  t.test('C56: a refusal says no more than its code and a plain sentence', async t => {
    const forms = ['', 'grant_type=foo', 'grant_type=a&grant_type=b', 'grant_type=client_credentials&scope=no&state=xyz-state']
    for (const form of forms) {
      const answer = await postForm(app, { url, client, form })
      const body = answer.json<Record<string, string>>()
      t.strictSame(Object.keys(body), ['error', 'error_description'])
      t.match(body['error_description'], /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
      t.notMatch(answer.body, /xyz-state|foo/)
      t.equal(answer.headers['cache-control'], 'no-store')
    }
  })

  t.test('G101: a public client gets no client credentials, and nobody gets a refresh token with them', async t => {
    const open = await createClient(service, { authMethods: ['none'], grantTypes: ['client_credentials'] })
    const refused = await postForm(app, { url, form: { ...clientCredentials, client_id: open.id } })
    t.equal(refused.statusCode, 400)
    t.match(refused.json(), { error: 'unauthorized_client' })
    const answer = await postForm(app, { url, client, form: clientCredentials })
    t.strictSame(Object.keys(answer.json<object>()).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
  })

  t.test('G102: no client id looks like the subject of a user', async t => {
    const user = await signInAnew(app, service)
    t.match(claimsOf(user.accessToken)['sub'], /^usr_/)
    t.equal(claimsOf(user.accessToken)['client_id'], 'countersign')
  })

  t.test('the built-in client can do nothing here', async t => {
    for (const grantType of ['client_credentials', 'refresh_token']) {
      const answer = await postForm(app, { url, form: { grant_type: grantType, client_id: 'countersign', refresh_token: 'x' } })
      t.match(answer.json(), { error: 'unauthorized_client' }, grantType)
    }
  })
})

t.test('C58: with the database away the answer is 503, never a refusal of the client or the grant', async t => {
  const { app, service } = await openService(t, { store: 'embedded' })
  const user = await signInAnew(app, service)
  const client = await createClient(service)
  await service.stores.close()
  for (const answer of [
    await postForm(app, { url, client, form: { grant_type: 'refresh_token', refresh_token: user.refreshToken } }),
    await app.inject({ method: 'POST', url: '/api/auth/refresh', payload: { refreshToken: user.refreshToken } }),
    await app.inject({ method: 'POST', url: '/api/auth/login', payload: { email: user.email, password: user.password } })
  ]) {
    t.equal(answer.statusCode, 503)
    t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
    t.match(answer.body, /temporarily_unavailable|TEMPORARILY_UNAVAILABLE/)
  }
})
