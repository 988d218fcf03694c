import t from 'tap'
import { clientToken, createClient, createGrant } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService } from '../support/service.ts'
import { callApi, signInAnew } from '../support/users.ts'

const lookup = 'POST /revocations/lookup'
const me = 'GET /api/auth/me'
const body = { tokens: [] }

onEachStore(t, async (t, { app, service }) => {
  const reader = await createClient(service, { scopes: ['revocations:read'] })
  const token = await clientToken(app, reader)
  const withHeader = (authorization: string) => callApi(app, lookup, { body, headers: { authorization } })

  t.test('H103: without a token the challenge names no error', async t => {
    for (const route of [lookup, 'POST /revocations', 'GET /revocations/x']) {
      const answer = await callApi(app, route, { body: route.startsWith('POST') ? body : undefined! })
      t.equal(answer.statusCode, 401)
      t.equal(answer.headers['www-authenticate'], 'Bearer realm="countersign"')
      t.match(answer.json(), { error: 'invalid_token' })
    }
    const routes = ['GET /api/auth/me', 'GET /api/auth/sessions', 'DELETE /api/auth/sessions/x', 'POST /api/auth/password']
    for (const route of routes) {
      const answer = await callApi(app, route)
      t.equal(answer.statusCode, 401)
      t.equal(answer.headers['www-authenticate'], 'Bearer realm="countersign"')
      t.match(answer.json(), { code: 'TOKEN_MISSING' })
    }
  })

  t.test('H104: a token that is no good is refused as invalid', async t => {
    const elsewhere = await createClient(service, { scopes: ['revocations:read'], audience: ['https://orders.example.com'] })
    const user = await signInAnew(app, service)
    await callApi(app, 'POST /api/auth/logout', { token: user.accessToken })
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    for (const wrong of [
      'abc', 'a.b.c', await clientToken(app, elsewhere), user.accessToken, `${header}.${payload}.`, `${none}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -1)}`, `${header}.${payload}x.${signature}`, `${token}.x`, 'x'.repeat(9000), user.refreshToken
    ]) {
      const answer = await callApi(app, lookup, { body, token: wrong })
      t.equal(answer.statusCode, 401, wrong.slice(0, 30))
      t.match(answer.headers['www-authenticate'], /^Bearer realm="[^"]+", error="invalid_token"/)
    }
  })

  t.test('one token has one spelling', async t => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    let accepted = 0
    for (const last of alphabet) {
      const answer = await callApi(app, lookup, { body, token: token.slice(0, -1) + last })
      if (answer.statusCode === 200) accepted++
    }
    t.equal(accepted, 1)
    t.equal((await callApi(app, lookup, { body, token: `${token}==` })).statusCode, 401)
  })

  t.test('H105: too small a scope is told which is needed', async t => {
    const plain = await clientToken(app, await createClient(service, { scopes: ['revocations:readers', 'revocations:write'] }))
    const answer = await callApi(app, lookup, { body, token: plain })
    t.equal(answer.statusCode, 403)
    t.match(answer.json(), { error: 'insufficient_scope' })
    t.match(answer.headers['www-authenticate'], /^Bearer .*error="insufficient_scope", scope="revocations:read"$/)
    const user = await signInAnew(app, service)
    const granted = await createGrant(service, {
      clientId: reader.id, userId: user.id, sessionId: user.sessionId, scopes: ['revocations:read']
    })
    for (const accessToken of [user.accessToken, granted.accessToken]) {
      t.equal((await callApi(app, lookup, { body, token: accessToken })).statusCode, 403, 'no user manages revocations, whatever the scope')
    }
  })

  t.test('H106: a token in the URL is no token', async t => {
    const answer = await callApi(app, `POST /revocations/lookup?access_token=${token}`, { body })
    t.equal(answer.statusCode, 401)
    t.equal(answer.headers['www-authenticate'], 'Bearer realm="countersign"')
  })

  t.test('H108: the case of the scheme and further spaces do not matter', async t => {
    for (const header of [`bearer ${token}`, `BEARER   ${token}`, `Bearer ${token}  `]) {
      t.equal((await withHeader(header)).statusCode, 200, header.slice(0, 12))
    }
    for (const header of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer "x"', 'Bearer ü']) {
      const answer = await withHeader(header)
      t.equal(answer.statusCode, 401, header)
      t.match(answer.json(), { error: 'invalid_token' }, header)
    }
    t.equal((await withHeader('Basic abc')).statusCode, 401)
  })

  t.test('H109: a token in the body is no token', async t => {
    t.equal((await callApi(app, lookup, { body: { ...body, access_token: token } })).statusCode, 401)
  })

  t.test("the first-party API takes the built-in client's tokens alone", async t => {
    const answer = await callApi(app, me, { token })
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { code: 'TOKEN_INVALID' })
  })
})

t.test('H104: an expired token says so to a front end', async t => {
  const clock = createTestClock(Date.now())
  const { app, service } = await openService(t, { store: 'embedded', clock })
  const user = await signInAnew(app, service)
  clock.advance(600)
  await service.pulse.refresh()
  const answer = await callApi(app, me, { token: user.accessToken })
  t.equal(answer.statusCode, 401)
  t.match(answer.json(), { code: 'TOKEN_EXPIRED' })
  t.match(answer.headers['www-authenticate'], /error="invalid_token"/)
})
