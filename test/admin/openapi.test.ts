import t from 'tap'
import type { OpenApiDocument } from '../../src/web/open-api-document.ts'
import { createClient } from '../support/clients.ts'
import { createAnswerJudge } from '../support/documented-answers.ts'
import { assertRoutes, assertStructure, describedAnswers, operationsOf } from '../support/openapi-structure.ts'
import { recordRoutes } from '../support/record-routes.ts'
import { openService, type OpenedService } from '../support/service.ts'
import { callApi, type ApiRequest } from '../support/users.ts'
import { openAdmin, type OpenedAdmin } from './open-admin.ts'

let service: OpenedService
let opened: OpenedAdmin
let document: OpenApiDocument
let registered: string[]

t.before(async () => {
  service = await openService(t, { store: 'embedded' })
  registered = await recordRoutes(async () => {
    opened = await openAdmin(t, service)
  })
  document = (await opened.call('GET /admin/openapi.json')).body as unknown as OpenApiDocument
})

t.test('the document lists every route of the admin listener, and no other', async t => {
  t.ok(operationsOf(document).length >= 30)
  assertRoutes(t, document, registered)
})

t.test('the document has the structure of OpenAPI 3.1', async t => {
  t.strictSame(document['servers'], [{ url: '/' }])
  assertStructure(t, document, /disable|enable|rotate-secret|reseal/)
})

t.test('the document says of every admin route that it takes the token, what it answers and that it refuses', async t => {
  for (const { name, path, responses = {}, ...operation } of operationsOf(document)) {
    const isOpen = !path.startsWith('/admin/')
    t.strictSame((operation as { security?: object[] }).security, isOpen ? undefined : [{ adminToken: [] }], name)
    t.equal(Object.keys(responses).filter(status => status.startsWith('2')).length, 1, name)
    t.equal(Object.keys(responses).includes('401'), !isOpen, name)
  }
})

t.test('the document is for whoever has the token, and is kept by nobody', async t => {
  t.equal((await callApi(opened.admin, 'GET /admin/openapi.json')).statusCode, 401)
  const answer = await callApi(opened.admin, 'GET /admin/openapi.json', { token: opened.token })
  t.match(answer.headers, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  t.notHas(answer.headers, { 'access-control-allow-origin': /./ })
})

t.test('every JSON answer has the shape that the document gives it', async t => {
  const judge = await createAnswerJudge(document)
  const seen = new Set<string>()
  const call: Call = async (route, body, parameters = {}) => {
    const real = Object.entries(parameters).reduce((path, [name, value]) => path.replace(`{${name}}`, encodeURIComponent(value)), route)
    const answer = await callApi(opened.admin, real, { token: opened.token, ...body && { body } })
    const [method, url] = route.split(' ') as [string, string]
    t.strictSame(judge(method, url, answer), [], `${route} ${answer.statusCode}`)
    seen.add(`${route} ${answer.statusCode}`)
    return answer.json<Record<string, unknown>>()
  }
  await tourUsers(call)
  await tourClients(call)
  await tourApis(call)
  await tourVerifiers(call)
  await tourKeys(call)
  for (const url of ['/admin/audit', '/admin/doctor', '/admin/openapi.json', '/healthz', '/readyz']) await call(`GET ${url}`)
  service.service.drain()
  await call('GET /readyz')
  t.strictSame(describedAnswers(document).filter(answer => !seen.has(answer)), [], 'and each has been seen')
})

type Call = (route: string, body?: ApiRequest['body'], parameters?: Record<string, string>) => Promise<Record<string, unknown>>

async function tourUsers(call: Call): Promise<void> {
  const made = { email: 'ada@example.com', password: 'long enough it is', name: 'Ada' }
  const user = String((await call('POST /admin/users', made))['id'])
  await call('POST /admin/users', made)
  await call('POST /admin/users', {})
  await call('PATCH /admin/users/{user}', { name: null, claims: { locale: 'de', address: { country: 'DE' } } }, { user })
  await call('POST /admin/users/{user}/disable', undefined, { user })
  await call('GET /admin/users')
  await call('POST /admin/users/{user}/enable', undefined, { user })
  await call('POST /admin/users/{user}/password', { password: 'another long one' }, { user })
  await call('POST /admin/users/{user}/disable', undefined, { user: 'nobody' })
}

async function tourClients(call: Call): Promise<void> {
  const profile = {
    requirePkce: false, isTrusted: true, subjectType: 'pairwise', sectorIdentifier: 'https://app.example.com/sector.json', acceptsEndpointAudience: true,
    backchannelLogoutSessionRequired: true, clientUri: 'https://app.example.com', contacts: ['ops@example.com']
  }
  const made = { grants: ['authorization_code'], name: 'App', redirectUris: ['https://app.example.com/callback'], scopes: ['openid'] }
  const id = String((await call('POST /admin/clients', { ...made, profile }))['client_id'])
  await call('POST /admin/clients', { ...made, public: true })
  await call('POST /admin/clients', { ...made, id })
  await call('GET /admin/clients')
  await call('GET /admin/clients/{id}', undefined, { id })
  await call('POST /admin/clients/{id}/rotate-secret', undefined, { id })
  await call('PATCH /admin/clients/{id}', { public: true, profile: { requirePkce: null, contacts: null } }, { id })
  await call('PATCH /admin/clients/{id}', { public: false }, { id })
  await call('PATCH /admin/clients/{id}', { profile: { subjectType: null } }, { id })
  await call('PATCH /admin/clients/{id}', { name: 'Mine' }, { id: 'countersign' })
  await call('PATCH /admin/clients/{id}', { name: 'Mine' }, { id: 'nobody' })
  await call('DELETE /admin/clients/{id}', undefined, { id })
  await call('GET /admin/clients/{id}', undefined, { id })
}

async function tourApis(call: Call): Promise<void> {
  const identifier = 'https://api.example.com'
  await call('POST /admin/apis', { identifier, name: 'API', scopes: ['read'], tokenLifetime: 300 })
  await call('POST /admin/apis', { identifier })
  await call('GET /admin/apis')
  await call('POST /admin/apis/{identifier}', { tokenLifetime: null }, { identifier })
  await call('GET /admin/apis')
  await call('DELETE /admin/apis/{identifier}', undefined, { identifier })
  await call('DELETE /admin/apis/{identifier}', undefined, { identifier })
}

async function tourVerifiers(call: Call): Promise<void> {
  const { service: { stores: { verifiers, journal } } } = service
  const { id: clientId } = await createClient(service.service)
  await verifiers.note([{ clientId, instance: 'mute', maxStaleness: undefined, whenStale: undefined }])
  const { seq, hash } = await journal.head()
  await verifiers.acknowledge([{
    clientId, instance: 'a', seq, hash: hash.subarray(0, 12).toString('base64url'), kids: ['k'], maxStaleness: 5, whenStale: 'lookup'
  }])
  const revoked = await call('POST /admin/revocations', { target: 'client', value: clientId, reason: 'a test' })
  await call('POST /admin/revocations', { target: 'user', value: 'nobody', reason: 'a test' })
  await call('GET /admin/revocations/{seq}/reach', undefined, { seq: String(revoked['seq']) })
  await call('GET /admin/revocations/{seq}/reach', undefined, { seq: 'x' })
  await call('GET /admin/verifiers')
  await call('GET /admin/keys/rotation')
  for (const instance of ['a', 'a']) await call('DELETE /admin/verifiers/{clientId}/{instance}', undefined, { clientId, instance })
}

async function tourKeys(call: Call): Promise<void> {
  const signing = String((await call('GET /admin/keys/rotation'))['signing'])
  await call('POST /admin/keys/rotate', { at: 'now' })
  await call('POST /admin/keys/rotate', { force: true })
  await call('POST /admin/keys/{kid}/remove', { compromised: false }, { kid: signing })
  await call('POST /admin/keys/{kid}/remove', { compromised: true }, { kid: signing })
  await call('GET /admin/keys')
  await call('POST /admin/keys/reseal')
}
