import { randomUUID } from 'node:crypto'
import t from 'tap'
import { createSignJwt } from '../../src/tokens/sign-jwt.ts'
import { openAdmin } from '../admin/open-admin.ts'
import { createDynamicClient } from '../support/authorization.ts'
import { clientToken, createClient, createGrant } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { readSources } from '../support/source-tree.ts'
import { callApi, claimsOf, signInAnew, type ApiRequest } from '../support/users.ts'

const lookup = 'POST /revocations/lookup'
const me = 'GET /api/auth/me'
const body = { tokens: [] }
const initialToken = secret('initial-access-token-of-this-test-only')

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
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

  t.test('H103, H104, H105: whatever a bearer is refused for, the whole answer is that of its kind, byte for byte', async t => {
    const paths = await findRefusalPaths(opened)
    const { admin, token: adminToken } = await openAdmin(t, opened)
    paths.push(
      ['GET /admin/users', {}, missing('The admin token is required.'), 'admin/no-token'],
      ['GET /admin/users', { token: `${adminToken}x` }, wrong('The admin token is wrong.'), 'admin/wrong-token'],
      ['GET /admin/users', bare, wrong(), 'bearer/malformed-header']
    )
    for (const [route, request, kind, reason] of paths) {
      const isAdmin = route.includes('/admin/')
      opened.logLines.length = 0
      const answer = await callApi(isAdmin ? admin : app, route, { remoteAddress: '192.0.2.7', ...request })
      const { 'www-authenticate': challenge, 'content-type': type, 'cache-control': cache, pragma, location, 'set-cookie': cookie } = answer.headers
      t.strictSame({ status: answer.statusCode, body: answer.body, challenge, type, cache, pragma, location, cookie }, {
        status: kind.status, body: isAdmin || route.includes('/api/auth') ? kind.api : kind.oauth, challenge: kind.challenge,
        type: 'application/json; charset=utf-8', cache: 'no-store', pragma: 'no-cache', location: undefined, cookie: undefined
      }, `${route}: ${reason}`)
      if (!opened.logLines.some(line => line.includes(`"reason":"${reason}"`))) t.fail(`${route} was not refused as ${reason}`)
    }
    const told = new Set(paths.map(([, , , reason]) => reason))
    t.strictSame(bearerReasons().filter(pattern => ![...told].some(reason => pattern.test(reason))), [], 'no way of refusing a bearer is left out')
  })
}, { config: { CLIENT_REGISTRATION: 'token', INITIAL_ACCESS_TOKEN: initialToken } })

interface Kind {
  status: number
  challenge: string
  /** The bodies at the OAuth endpoints, and of our own API. */
  oauth: string
  api: string
}

type RefusalPath = [route: string, request: ApiRequest, kind: Kind, reason: string]

const bare: ApiRequest = { headers: { authorization: 'Bearer' } }

/** 401B without its error (RFC 6750 §3.1): nothing was sent that could be wrong. */
const missing = (sentence = 'An access token is required.'): Kind => ({
  status: 401, challenge: 'Bearer realm="countersign"',
  oauth: `{"error":"invalid_token","error_description":"${sentence}"}`, api: `{"error":"${sentence}","code":"TOKEN_MISSING"}`
})

/** 401B. */
const wrong = (sentence = 'The access token is not valid here.', code = 'TOKEN_INVALID'): Kind => ({
  status: 401, challenge: `Bearer realm="countersign", error="invalid_token", error_description="${sentence}"`,
  oauth: `{"error":"invalid_token","error_description":"${sentence}"}`, api: `{"error":"${sentence}","code":"${code}"}`
})
const expired = wrong('The access token has expired.', 'TOKEN_EXPIRED')
const revoked = wrong('The token has been revoked.', 'TOKEN_REVOKED')

const lacks = (scope: string): Kind => ({
  status: 403, challenge: `Bearer realm="countersign", error="insufficient_scope", scope="${scope}"`,
  oauth: '{"error":"insufficient_scope","error_description":"The access token lacks a scope that this needs."}', api: ''
})

/** Every way in which a bearer is refused, at a route of each kind that knows it. */
async function findRefusalPaths({ app, service }: OpenedService): Promise<RefusalPath[]> {
  const client = await createClient(service, { scopes: ['revocations:read'] })
  const [token, elsewhere, scopeless] = [
    await clientToken(app, client), await clientToken(app, await createClient(service, { audience: ['https://orders.example.com'] })),
    await clientToken(app, await createClient(service, { scopes: ['orders:read'] }))
  ]
  const [user, gone] = [await signInAnew(app, service), await signInAnew(app, service)]
  await callApi(app, 'POST /api/auth/logout', { token: gone.accessToken })
  const sign = (claims: object): Promise<string> => createSignJwt(service.ring)('at+jwt', { ...claims })
  const [headerPart, payloadPart, signature] = token.split('.') as [string, string, string]
  const unknown = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: 'nobody' })).toString('base64url')
  const tokens = {
    'access/malformed': 'abc', 'access/unknown-key': `${unknown}.${payloadPart}.${signature}`,
    'access/bad-signature': `${headerPart}.${payloadPart}.${signature.replace(/^./, first => first === 'A' ? 'B' : 'A')}`,
    'access/not-ours': await sign({ ...claimsOf(token), iss: 'https://other.example' }), 'access/wrong-audience': elsewhere
  }
  const old = await sign({ ...claimsOf(user.accessToken), exp: 1 })
  const own = await createDynamicClient(service)

  const guarded = [me, 'GET /api/auth/sessions', 'GET /api/auth/consents', 'DELETE /api/auth/consents/x', 'GET /oauth/userinfo', 'POST /oauth/userinfo', lookup,
    'POST /revocations', 'GET /revocations/x', 'GET /revocations', 'GET /revocations/snapshot', 'GET /revocations/feed', 'POST /revocations/ack',
    'DELETE /revocations/ack?instance=x', 'GET /revocations/1/reach']
  return [
    ...guarded.flatMap((route): RefusalPath[] => [
      [route, {}, missing(), 'access/no-token'], [route, { headers: { authorization: 'Basic eDp5' } }, missing(), 'access/no-token'],
      [route, bare, wrong(), 'bearer/malformed-header'], [route, { token: old }, expired, 'access/expired'],
      [route, { token: gone.accessToken }, revoked, 'access/revoked'],
      ...Object.entries(tokens).map(([reason, each]): RefusalPath => [route, { token: each }, wrong(), reason])
    ]),
    ['POST /api/auth/logout', {}, missing(), 'logout/no-token'], ['POST /api/auth/logout-all', {}, missing(), 'logout/no-token'],
    ['POST /api/auth/logout', { token }, wrong(), 'access/not-first-party'], [me, { token }, wrong(), 'access/not-first-party'],
    [me, { token: await sign({ ...claimsOf(user.accessToken), sub: randomUUID() }) }, wrong(), 'access/user-gone'],
    ['GET /oauth/userinfo', { token: await sign({ ...claimsOf(token), scope: 'openid' }) }, wrong(), 'userinfo/no-grant'],
    ['GET /oauth/userinfo', { token: user.accessToken }, lacks('openid'), 'userinfo/scope'],
    [lookup, { token: scopeless, body }, lacks('revocations:read'), 'access/scope'], ['POST /revocations', { token, body: {} }, lacks('revocations:write'), 'access/scope'],
    ['POST /oauth/register', { body: {} }, missing(), 'client-registration/no-initial-token'],
    ['POST /oauth/register', { body: {}, token: 'x' }, wrong(), 'client-registration/wrong-initial-token'],
    ...['GET', 'PUT', 'DELETE'].flatMap((method): RefusalPath[] => {
      const [route, content] = [`${method} /oauth/register/${own.id}`, method === 'PUT' ? { body: { client_id: own.id } } : {}]
      return [
        [route, content, missing(), 'client-registration/no-token'], [route, { ...content, token: 'x' }, wrong(), 'client-registration/wrong-token'],
        [route, { ...content, ...bare }, wrong(), 'bearer/malformed-header']
      ]
    })
  ]
}

/**
 * As the sources tell them: what a template puts together may be anything here. One is a race that no request makes by itself:
 * the registration goes between two looks at it.
 */
function bearerReasons(): RegExp[] {
  const thrown = /CountersignError\('(?:token_missing|invalid_token|token_expired|token_revoked|insufficient_scope)',\s*\{\s*reason: ['`]([^'`]+)['`]/g
  const refused = /\brefused\('([a-z-]+)', 'invalid_token'/g
  const reasons = readSources().filter(({ name }) => !name.startsWith('verifier/')).flatMap(({ text }) => [
    ...[...text.matchAll(thrown)].map(([, reason]) => reason!), ...[...text.matchAll(refused)].map(([, rule]) => `client-registration/${rule}`)
  ]).filter(reason => reason !== 'client-registration/gone-meanwhile')
  if (reasons.length < 15) throw new Error(`only ${reasons.length} reasons found: the sources are written another way now`)
  return reasons.map(reason => new RegExp(`^${reason.replace(/\$\{[^}]+\}/, '[a-z-]+')}$`))
}

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
