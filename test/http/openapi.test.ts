import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { createApp } from '../../src/app.ts'
import { renderPoint } from '../../src/protocol/revocation-point.ts'
import type { OpenApiDocument } from '../../src/web/open-api-document.ts'
import { codeSpans, readPage } from '../docs/read-page.ts'
import { basic, clientToken, createClient, createGrant, postForm } from '../support/clients.ts'
import { createAnswerJudge } from '../support/documented-answers.ts'
import { assertRoutes, assertStructure, describedAnswers, operationsOf } from '../support/openapi-structure.ts'
import { recordRoutes } from '../support/record-routes.ts'
import { openService, type OpenedService } from '../support/service.ts'
import { callApi, claimsOf, createUser, signIn } from '../support/users.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'countersign-logo-'))
const logo = path.join(folder, 'logo.svg')
writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"/>')
t.teardown(() => rmSync(folder, { recursive: true }))

let opened: OpenedService
let document: OpenApiDocument
let registered: string[]

t.before(async () => {
  registered = await recordRoutes(async () => {
    opened = await openService(t, { store: 'embedded', config: { CLIENT_REGISTRATION: 'open', BRAND_LOGO_FILE: logo } })
  })
  document = (await opened.app.inject('/openapi.json')).json<OpenApiDocument>()
})

t.test('the document lists every route of the public listener, and no other', async t => {
  t.ok(operationsOf(document).length >= 38)
  assertRoutes(t, document, registered)
})

t.test('docs/http-api.md lists every route of the document, and no other', async t => {
  const told = codeSpans(readPage('docs/http-api.md')).flatMap(span => {
    const [, methods, url] = /^((?:GET|POST|PUT|DELETE)(?:, (?:GET|POST|PUT|DELETE))*) (\/\S*)$/.exec(span) ?? []
    return methods?.split(', ').map(method => `${method} ${url!.replace(/:(\w+)/g, '{$1}')}`) ?? []
  })
  t.strictSame([...new Set(told)].sort(), operationsOf(document).map(({ name }) => name).sort())
})

t.test('the document has the structure of OpenAPI 3.1', async t => {
  t.strictSame(document['servers'], [{ url: new URL(opened.issuer).origin }])
  assertStructure(t, document, /cancel|switch/)
})

t.test('the document is public, cacheable and the same for everyone, and not for pages of other sites', async t => {
  const { app } = opened
  const answer = await app.inject('/openapi.json')
  t.match(answer.headers, {
    'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': undefined, 'cache-control': 'public, max-age=300', etag: /^"\S+"$/
  })
  const preflight = await app.inject({ method: 'OPTIONS', url: '/openapi.json', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } })
  t.match(preflight, { statusCode: 405, headers: { 'access-control-allow-origin': undefined } })
  const again = await app.inject({ url: '/openapi.json', headers: { 'if-none-match': String(answer.headers.etag) } })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
})

t.test('the page tells of every route in the language of whoever reads it, and carries the headers of a page', async t => {
  const { app } = opened
  const page = await app.inject('/docs/api')
  t.equal(page.statusCode, 200)
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8', 'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/, 'x-frame-options': 'DENY'
  })
  for (const { name } of operationsOf(document)) t.ok(page.body.includes(`<code>${name}</code>`), name)
  const german = await app.inject({ url: '/docs/api', headers: { 'accept-language': 'de' } })
  t.match(german.body, /<html lang="de">/)
  t.match((await app.inject('/docs/api')).body, /<html lang="en">/, 'one reader does not decide for the next')
})

t.test('every JSON answer has the shape that the document gives it', async t => {
  const judge = await createAnswerJudge(document)
  const seen = new Set<string>()
  const check = (route: string, answer: LightMyRequestResponse): LightMyRequestResponse => {
    const [method, url] = route.split(' ') as [string, string]
    t.strictSame(judge(method, url, answer), [], `${route} ${answer.statusCode}`)
    seen.add(`${route} ${answer.statusCode}`)
    return answer
  }
  await tourPublic(check)
  await tourFirstParty(check)
  await tourOAuth(check)
  await tourRegistration(check)
  t.strictSame(describedAnswers(document).filter(answer => !seen.has(answer)), [], 'and each has been seen')
})

// The last: closing a second application closes the feed that both have.
t.test('with an issuer that has a path, the document and what it tells of lie under it', async t => {
  const { rooms, isReady, logger } = opened.service
  const issuer = 'https://id.example.com/eu'
  const app = await createApp({ rooms: { ...rooms, isReady, settings: { ...rooms.settings, issuer } }, logger, trustProxy: [] })
  t.teardown(() => app.close())
  await app.ready()
  t.equal((await app.inject('/openapi.json')).statusCode, 404)
  const there = (await app.inject('/eu/openapi.json')).json<OpenApiDocument>()
  t.strictSame(there['servers'], [{ url: 'https://id.example.com' }])
  const outside = operationsOf(there).map(({ path }) => path).filter(path => !path.startsWith('/eu/'))
  t.strictSame(outside, ['/healthz', '/readyz', '/.well-known/oauth-authorization-server/eu'])
  t.match(JSON.stringify(there.components), /__Host-countersign_session/)
})

t.test('the judge of shapes sees what is wrong', async t => {
  const judge = await createAnswerJudge(document)
  const answer = (statusCode: number, body: object) => ({
    statusCode, body: JSON.stringify(body), json: () => body, headers: { 'content-type': 'application/json; charset=utf-8' }
  }) as unknown as LightMyRequestResponse
  t.strictSame(judge('GET', '/healthz', answer(200, { status: 'ok' })), [])
  for (const body of [{}, { status: 'well' }, { status: 'ok', more: 1 }]) t.equal(judge('GET', '/healthz', answer(200, body)).length, 1)
  t.strictSame(judge('GET', '/healthz', answer(201, { status: 'ok' })), ['status 201'])
  t.strictSame(judge('GET', '/nowhere', answer(200, {})), ['there is no GET /nowhere'])
  t.equal(judge('POST', '/oauth/token', answer(400, { error: 'invalid_grant', code: 'x' })).length, 1)
})

type Check = (route: string, answer: LightMyRequestResponse) => LightMyRequestResponse

async function tourPublic(check: Check): Promise<void> {
  for (const url of ['/healthz', '/readyz', '/.well-known/jwks.json', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/openapi.json']) {
    check(`GET ${url}`, await opened.app.inject(url))
  }
  check('GET /status-lists', await opened.app.inject('/status-lists'))
  const { kid } = opened.service.ring.signing().record
  for (const [list, accept] of [['0', '*/*'], ['9', '*/*'], ['0', 'application/statuslist+cwt']] as const) {
    check('GET /status-lists/{list}', await opened.app.inject({ url: `/status-lists/${list}.${kid}`, headers: { accept } }))
  }
}

async function tourFirstParty(check: Check): Promise<void> {
  const { app, service } = opened
  const call = async (route: string, request: Parameters<typeof callApi>[2] = {}, real = route) => check(route, await callApi(app, real, request))
  const user = await createUser(service)
  const login = { email: user.email, password: user.password }
  await call('POST /api/auth/register', { body: { email: 'new@example.com', password: 'long enough it is' } })
  await call('POST /api/auth/register', { body: {} })
  await call('POST /api/auth/login', { body: { ...login, password: 'not it' } })
  const cookies = Object.fromEntries((await call('POST /api/auth/login', { body: login })).cookies.map(({ name, value }) => [name, value]))
  await call('POST /api/auth/refresh', { cookies })
  await call('POST /api/auth/refresh')
  const { accessToken: token, sessionId } = await signIn(app, user)
  const client = await createClient(service)
  await service.rooms.consents.give({ userId: user.id, clientId: client.id, items: ['openid'] })
  for (const url of ['me', 'sessions', 'consents']) {
    await call(`GET /api/auth/${url}`, { token })
    await call(`GET /api/auth/${url}`)
  }
  await call('DELETE /api/auth/consents/{clientId}', { token }, `DELETE /api/auth/consents/${client.id}`)
  await call('DELETE /api/auth/sessions/{id}', { token }, 'DELETE /api/auth/sessions/unknown')
  const newPassword = 'another long one'
  await call('POST /api/auth/password', { token, body: { oldPassword: user.password, newPassword } })
  await call('DELETE /api/auth/sessions/{id}', { token }, `DELETE /api/auth/sessions/${sessionId}`)
  await call('GET /api/auth/me', { token })
  await call('POST /api/auth/logout', { token: (await signIn(app, { ...user, password: newPassword })).accessToken })
  await call('POST /api/auth/logout')
  await call('POST /api/auth/logout-all', { token: (await signIn(app, { ...user, password: newPassword })).accessToken })
}

async function tourOAuth(check: Check): Promise<void> {
  const { app, service, issuer } = opened
  const user = await signIn(app, await createUser(service))
  const client = await createClient(service, { scopes: ['revocations:read', 'revocations:write'] })
  const grant = await createGrant(service, {
    clientId: client.id, userId: user.id, sessionId: user.sessionId, scopes: ['openid', 'email', 'profile'], audience: [issuer]
  })
  const post = async (url: string, form: Record<string, string>, sender = { client }) => check(`POST ${url}`, await postForm(app, { url, form, ...sender }))
  await post('/oauth/token', { grant_type: 'client_credentials', scope: 'revocations:read' })
  await post('/oauth/token', { grant_type: 'none' })
  await post('/oauth/token', { grant_type: 'client_credentials' }, { client: { ...client, secret: 'wrong' } })
  for (const token of [grant.accessToken, grant.refreshToken, 'unknown']) await post('/oauth/introspect', { token })
  const authorization = `Bearer ${grant.accessToken}`
  check('GET /oauth/userinfo', await app.inject({ url: '/oauth/userinfo', headers: { authorization } }))
  check('GET /oauth/userinfo', await app.inject('/oauth/userinfo'))
  check('POST /oauth/userinfo', await postForm(app, { url: '/oauth/userinfo', form: { access_token: grant.accessToken } }))
  const refreshed = await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: grant.refreshToken })
  await tourRevocations(check, { client, token: refreshed.json<{ access_token: string }>().access_token })
  await post('/oauth/revoke', { token: grant.refreshToken })
  await post('/oauth/revoke', {})
}

async function tourRevocations(check: Check, { client, token }: { client: { id: string; secret: string }; token: string }): Promise<void> {
  const { app } = opened
  const service = await clientToken(app, client, 'revocations:read revocations:write')
  const call = async (route: string, request: Parameters<typeof callApi>[2] = {}, real = route) =>
    check(route, await callApi(app, real, { token: service, ...request }))
  await call('POST /revocations/lookup', { body: { tokens: [token, service, 'x'] } })
  await call('POST /revocations/lookup', { body: {} })
  await call('GET /revocations/{jti}', {}, 'GET /revocations/unknown')
  await call('GET /revocations/{jti}', { headers: { authorization: basic(client) } }, 'GET /revocations/unknown')
  await call('POST /revocations', { body: { target: 'user', value: 'nobody', reason: 'a test' } })
  const ended = (await call('POST /revocations', { body: { target: 'token', value: claimsOf(token)['jti'], reason: 'a test' } })).json<{ seq: number }>()
  const { seq, hash } = await opened.service.stores.journal.head()
  const name = { instance: 'a-1', max_staleness: 5, when_stale: 'lookup' }
  for (const point of [renderPoint({ seq, hash }), renderPoint({ seq: seq + 1, hash }), 'x']) {
    await call('POST /revocations/ack', { body: { ...name, point } })
  }
  await call('POST /revocations/ack', { body: { ...name, instance: 'a-2', point: renderPoint({ seq: 0, hash }) } })
  await call('GET /revocations', {}, `GET /revocations?after=${renderPoint({ seq, hash })}&wait=0`)
  await call('GET /revocations', {}, 'GET /revocations?after=x')
  await call('GET /revocations/{seq}/reach', {}, `GET /revocations/${ended.seq}/reach`)
  await call('GET /revocations/{seq}/reach', {}, 'GET /revocations/0/reach')
  await call('DELETE /revocations/ack', {}, 'DELETE /revocations/ack?instance=a-1')
  await call('POST /revocations', { body: { target: 'client', value: client.id, reason: 'a test' } })
}

async function tourRegistration(check: Check): Promise<void> {
  const send = async (route: string, payload?: object, owner?: Registered) => check(route, await callApi(opened.app, route.replace('{client_id}', owner?.client_id ?? 'x'), {
    ...(payload && { body: payload }), ...(owner && { token: owner.registration_access_token })
  }))
  const one = '/oauth/register/{client_id}'
  await send('POST /oauth/register', { redirect_uris: [] })
  const owner = (await send('POST /oauth/register', {
    redirect_uris: ['https://app.example.com/cb'], client_name: 'App', client_uri: 'https://app.example.com', contacts: ['a@example.com'],
    grant_types: ['authorization_code', 'refresh_token'], scope: 'openid email'
  })).json<Registered>()
  await send(`GET ${one}`, undefined, owner)
  await send(`GET ${one}`)
  await send(`PUT ${one}`, { client_id: owner.client_id, redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' }, owner)
  await send(`DELETE ${one}`, undefined, owner)
}

interface Registered {
  client_id: string
  registration_access_token: string
}
