import t from 'tap'
import { openService } from '../support/service.ts'
import { callApi, claimsOf, cookiesOf, createUser, signIn } from '../support/users.ts'

const issuer = 'https://id.example.com'
const app1 = 'https://app.example.com'

t.test('the first-party API is for its own origins', async t => {
  const { app, service } = await openService(t, { store: 'embedded', config: { ISSUER: issuer, FIRST_PARTY_ORIGINS: `${issuer} ${app1}` } })
  const user = await createUser(service)
  const body = { email: user.email, password: user.password }
  const routes: Array<[string, object | undefined]> = [
    ['POST /api/auth/register', { email: 'x@example.com', password: 'long enough' }], ['POST /api/auth/login', body],
    ['POST /api/auth/refresh', {}], ['POST /api/auth/logout', {}], ['POST /api/auth/logout-all', {}],
    ['GET /api/auth/me', undefined], ['GET /api/auth/sessions', undefined], ['DELETE /api/auth/sessions/x', undefined],
    ['POST /api/auth/password', {}]
  ]

  t.test('every route refuses what another site sends', async t => {
    const foreign: Array<Record<string, string>> = [
      { origin: 'null' }, { origin: 'https://evil.example' }, { origin: `${app1}.evil.example` }, { origin: 'http://app.example.com' },
      { origin: `${app1}:8443` }, { origin: 'HTTPS://APP.EXAMPLE.COM' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'nonsense' }, { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, { origin: '' }
    ]
    for (const [route, payload] of routes) {
      for (const headers of foreign) {
        const answer = await callApi(app, route, { headers, ...(payload && { body: payload }) })
        t.equal(answer.statusCode, 403, `${route} ${JSON.stringify(headers)}`)
        t.match(answer.json(), { code: 'CROSS_SITE_REQUEST' })
        t.strictSame(cookiesOf(answer).lines, [])
        t.equal(answer.headers['access-control-allow-origin'], undefined)
      }
    }
    t.equal(await service.stores.users.find({ email: 'x@example.com' }), undefined)
  })

  t.test('listed origins and programs pass', async t => {
    const own: Array<Record<string, string>> = [
      {}, { origin: app1, 'sec-fetch-site': 'cross-site' }, { origin: issuer }, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }
    ]
    for (const headers of own) {
      const answer = await callApi(app, 'POST /api/auth/login', { headers, body })
      t.equal(answer.statusCode, 200, JSON.stringify(headers))
      if (headers['origin'] === undefined) continue
      t.equal(answer.headers['access-control-allow-origin'], headers['origin'])
      t.equal(answer.headers['access-control-allow-credentials'], 'true')
      t.match(answer.headers['vary'], /origin/i)
    }
    const refused = await callApi(app, 'GET /api/auth/me', { headers: { origin: app1 } })
    t.equal(refused.statusCode, 401)
    t.equal(refused.headers['access-control-allow-origin'], app1, 'a page may read why it was refused')
    t.match(refused.headers['access-control-expose-headers'], /www-authenticate/)
  })

  t.test('a preflight is answered for listed origins, with credentials, and under /api/auth alone', async t => {
    const ask = (url: string, origin: string) => app.inject({
      method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
    })
    const allowed = await ask('/api/auth/login', app1)
    t.equal(allowed.statusCode, 204)
    t.equal(allowed.headers['access-control-allow-origin'], app1)
    t.equal(allowed.headers['access-control-allow-credentials'], 'true')
    t.match(allowed.headers['access-control-allow-methods'], /POST/)
    t.match(allowed.headers['access-control-allow-headers'], /authorization/)
    t.equal((await ask('/api/auth/login', 'https://evil.example')).headers['access-control-allow-origin'], undefined)
    for (const url of ['/oauth/introspect', '/revocations', '/revocations/lookup', '/healthz', '/nothing']) {
      const answer = await ask(url, app1)
      t.ok([404, 405].includes(answer.statusCode), `${url} is answered ${answer.statusCode}`)
      t.equal(answer.headers['access-control-allow-origin'], undefined, url)
    }
  })

  t.test('with an https issuer cookies are Secure and bound to this host', async t => {
    const { lines, values } = cookiesOf(await callApi(app, 'POST /api/auth/login', { body }))
    t.strictSame(Object.keys(values), ['__Host-countersign_refresh', '__Host-countersign_device'])
    for (const line of lines) {
      for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']) t.ok(line.split('; ').includes(attribute), attribute)
      t.notMatch(line, /Domain/)
      t.ok(line.length < 4096)
    }
    const plain = { countersign_refresh: values['__Host-countersign_refresh']! }
    t.match((await callApi(app, 'POST /api/auth/refresh', { cookies: plain })).json(), { code: 'TOKEN_MISSING' }, 'no other name counts')
    const answer = await callApi(app, 'POST /api/auth/refresh', { cookies: { '__Host-countersign_refresh': plain.countersign_refresh } })
    t.equal(answer.statusCode, 200)
    t.match(answer.headers['strict-transport-security'], /max-age=31536000/)
    t.equal(answer.headers['x-content-type-options'], 'nosniff')
  })

  t.test('a token of the first party opens nothing of another issuer', async t => {
    const { accessToken } = await signIn(app, user)
    const elsewhere = await openService(t, { store: 'embedded' })
    t.match((await callApi(elsewhere.app, 'GET /api/auth/me', { token: accessToken })).json(), { code: 'TOKEN_INVALID' })
  })
})

t.test('FIRST_PARTY_AUDIENCES are named in the token, beside the issuer', async t => {
  const { app, service, issuer: own } = await openService(t, {
    store: 'embedded', config: { FIRST_PARTY_AUDIENCES: 'https://orders.example.com https://stock.example.com' }
  })
  const { accessToken } = await signIn(app, await createUser(service))
  t.strictSame(claimsOf(accessToken)['aud'], [own, 'https://orders.example.com', 'https://stock.example.com'])
  t.equal((await callApi(app, 'GET /api/auth/me', { token: accessToken })).statusCode, 200)
})
