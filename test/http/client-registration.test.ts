import t, { type Test } from 'tap'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { makeSigningKey } from '../support/assertions.ts'
import {
  authorizeUrl, createVisitor, formsOf, obtainTokens, refreshTokens, responseOf, settle, walk, type RequestChanges
} from '../support/authorization.ts'
import { clientToken, createClient, createGrant, postForm } from '../support/clients.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore, openService } from '../support/service.ts'
import { claimsOf, createUser, signInAnew } from '../support/users.ts'

const initialToken = secret('initial-access-token-of-this-test-only')
const path = '/oauth/register'
const metadata = { redirect_uris: ['https://app.example/cb'], client_name: 'App' }

let place = 0
/** Each from an address of its own: registrations are counted. */
const elsewhere = () => `2001:db8:0:${(place++).toString(16)}::1`

interface Registered {
  client_id: string
  client_secret: string
  registration_access_token: string
  registration_client_uri: string
  [member: string]: unknown
}

interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url?: string
  body?: unknown
  token?: string | undefined
  remoteAddress?: string
}

function send(app: FastifyInstance, { method = 'POST', url = path, body, token, remoteAddress = elsewhere() }: Call): Promise<LightMyRequestResponse> {
  return app.inject({
    method, url, remoteAddress, headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' })
    },
    ...(body !== undefined && { payload: body as object })
  })
}

async function register(app: FastifyInstance, body: object = metadata): Promise<Registered> {
  const answer = await send(app, { body, token: initialToken })
  if (answer.statusCode !== 201) throw new Error(`registering was answered ${answer.statusCode}: ${answer.body}`)
  const registered = answer.json<Registered>()
  for (const text of [registered.client_secret, registered.registration_access_token]) if (text !== undefined) secret(text)
  return registered
}

const ownPath = (client: { client_id: string }) => `${path}/${client.client_id}`

type Refusal = [status: number, error: string, title: string]

function refused(t: Test, answer: LightMyRequestResponse, [status, error, title]: Refusal): void {
  t.equal(answer.statusCode, status, title)
  t.match(answer.json(), { error }, title)
  t.equal(answer.headers['cache-control'], 'no-store')
}

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened

  t.test('P190: a client registers itself and hears what it is', async t => {
    const before = Math.floor(Date.now() / 1000)
    const answer = await send(app, { body: metadata, token: initialToken })
    t.equal(answer.statusCode, 201)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.equal(answer.headers['cache-control'], 'no-store')
    const { client_id: id, client_secret: made, registration_access_token: token, client_id_issued_at: at, scope, ...rest } = answer.json<Registered>()
    t.match(id, /^client_[0-9a-f]{24}$/, 'never like the sub of a user')
    t.match(secret(made), /^cs_secret_[A-Za-z0-9_-]{43}$/)
    t.match(secret(token), /^cs_registration_[A-Za-z0-9_-]{43}$/)
    t.ok(Number(at) >= before - 1 && Number(at) <= before + 60)
    t.equal(scope, 'openid profile email address phone')
    t.strictSame(rest, {
      client_name: 'App', application_type: 'web', grant_types: ['authorization_code'], response_types: ['code'],
      redirect_uris: metadata.redirect_uris, post_logout_redirect_uris: [], subject_type: 'public', id_token_signed_response_alg: 'RS256',
      token_endpoint_auth_method: 'client_secret_basic', client_secret_expires_at: 0, registration_client_uri: `${issuer}${path}/${id}`
    }, 'the defaults of RFC 7591')
    t.match(await service.stores.clients.find(id), { scopes: [], audience: [], registrationTokenHash: Buffer }, 'it is known for what it is')
    t.match(await service.stores.audit.list({ limit: 1, subject: id }), [{ kind: 'client/created', actor: 'client-registration' }])
    const revoke = { url: '/oauth/revoke', form: { token: 'x' }, client: { id, secret: made } }
    t.equal((await postForm(app, revoke)).statusCode, 200, 'its secret is good at once')
  })

  t.test('P190: what it asks for is what it gets, and what is not known is ignored', async t => {
    const { jwk } = await makeSigningKey()
    const asked = {
      ...metadata, grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], application_type: 'native',
      redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb'], post_logout_redirect_uris: ['com.example.app:/bye'],
      backchannel_logout_uri: 'https://app.example/logout', backchannel_logout_session_required: true, scope: 'openid email',
      token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, subject_type: 'pairwise', userinfo_signed_response_alg: 'RS256',
      client_uri: 'https://app.example/', logo_uri: 'https://app.example/logo', policy_uri: 'https://app.example/policy',
      tos_uri: 'https://app.example/tos', contacts: ['ops@app.example']
    }
    const registered = await register(app, {
      ...asked, software_id: 'x', 'client_name#de': 'Programm', require_auth_time: true, default_max_age: null, jwks_uri: null, surprise: { a: 1 }
    })
    t.match(registered, asked)
    t.notOk(['surprise', 'software_id', 'jwks_uri', 'client_secret'].some(member => member in registered))
    const open = await register(app, { ...metadata, token_endpoint_auth_method: 'none' })
    t.notOk('client_secret' in open || 'client_secret_expires_at' in open, 'a public client gets no secret')
  })

  t.test('P190: an address that could leak or run a response is refused', async t => {
    for (const uri of [
      'https://app.example/cb#part', 'https://app.example/cb#', 'javascript:alert(1)', 'data:text/html,x', 'http://app.example/cb', 'myapp:/cb',
      'com.example.app:/cb', 'https://u:p@app.example/', '/cb', '', 'https://app.example\\@evil.example/'
    ]) {
      refused(t, await send(app, { body: { redirect_uris: ['https://app.example/cb', uri] }, token: initialToken }), [400, 'invalid_redirect_uri', uri])
    }
    for (const body of [{}, { redirect_uris: [] }]) {
      refused(t, await send(app, { body, token: initialToken }), [400, 'invalid_redirect_uri', 'none at all'])
    }
  })

  t.test('P190: what contradicts itself, or cannot be had here, is refused', async t => {
    const { jwk } = await makeSigningKey()
    const cases: object[] = [
      { redirect_uris: 'https://app.example/cb' }, { redirect_uris: [1] }, { grant_types: ['implicit'] }, { grant_types: [] },
      { grant_types: ['authorization_code', 'password'] }, { response_types: ['token'] }, { response_types: ['code', 'id_token'] },
      { response_types: [] }, { grant_types: ['refresh_token'], response_types: ['code'] }, { token_endpoint_auth_method: 'client_secret_jwt' },
      { token_endpoint_auth_method: 'tls_client_auth' }, { token_endpoint_auth_method: 'private_key_jwt' }, { token_endpoint_auth_method: 7 },
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, jwks_uri: 'https://app.example/jwks' },
      { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [{ ...jwk, d: 'AA' }] } }, { jwks: { keys: [] } }, { jwks: 'x' },
      { jwks_uri: 'http://app.example/jwks' }, { jwks_uri: 'https://app.example/#x' }, { application_type: 'desktop' }, { subject_type: 'other' },
      { redirect_uris: ['https://a.example/cb', 'https://b.example/cb'], subject_type: 'pairwise' },
      { sector_identifier_uri: 'https://victim.example/sector' }, { id_token_signed_response_alg: 'none' }, { id_token_signed_response_alg: 'HS256' },
      { userinfo_signed_response_alg: 'ES256' }, { id_token_encrypted_response_alg: 'RSA-OAEP' }, { token_endpoint_auth_signing_alg: 'HS256' },
      { post_logout_redirect_uris: ['javascript:alert(1)'] }, { client_name: '' }, { client_name: 'Bank\u202E' }, { client_name: 'x'.repeat(201) },
      { logo_uri: 'javascript:alert(1)' }, { client_uri: 'http://app.example' }, { contacts: ['x'.repeat(300)] }, { contacts: {} },
      { backchannel_logout_session_required: 'yes' }, { client_name: '\u200B\u00AD' }, { client_name: 'Shop\uDFFF' }, { contacts: ['\uD800'] },
      { jwks: { keys: [{ ...jwk, kid: '\uD800' }] } }, { jwks: { keys: [jwk], further: '\uD800' } }, { grant_types: ['refresh_token'], redirect_uris: undefined },
      { default_max_age: -1 }, { default_max_age: 1.5 }, { default_max_age: '60' }
    ]
    for (const changes of cases) {
      const answer = await send(app, { body: { ...metadata, ...changes }, token: initialToken })
      refused(t, answer, [400, 'invalid_client_metadata', JSON.stringify(changes).slice(0, 80)])
    }
    const deep = `{"redirect_uris":["https://app.example/cb"],"jwks":{"keys":[${JSON.stringify(jwk)}],"x":${'['.repeat(12_000)}${']'.repeat(12_000)}}}`
    refused(t, await send(app, { body: deep, token: initialToken }), [400, 'invalid_client_metadata', 'nested too deep'])
    refused(t, await send(app, { body: { ...metadata, software_statement: 'a.b.c' }, token: initialToken }), [400, 'invalid_software_statement', 'a statement'])
    for (const body of [[], '"x"', '{', '1', 'null']) refused(t, await send(app, { body, token: initialToken }), [400, 'invalid_request', JSON.stringify(body)])
    const form = await app.inject({
      method: 'POST', url: path, payload: 'redirect_uris=x',
      headers: { authorization: `Bearer ${initialToken}`, 'content-type': 'application/x-www-form-urlencoded' }
    })
    t.equal(form.statusCode, 415)
    t.equal((await send(app, { body: { ...metadata, surprise: 'x'.repeat(40_000) }, token: initialToken })).statusCode, 413)
  })

  t.test('P190: who asks for a protection that is not to be had is told so, and does not go on believing in it', async t => {
    const protections = [
      'require_signed_request_object', 'require_pushed_authorization_requests', 'dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'
    ]
    for (const member of protections) {
      const answer = await send(app, { body: { ...metadata, [member]: true }, token: initialToken })
      refused(t, answer, [400, 'invalid_client_metadata', member])
      t.match(answer.json(), { error_description: `The member ${member} is not supported here: it may be false.` })
      t.notOk(member in await register(app, { ...metadata, [member]: false }))
    }
    for (const member of [
      'request_object_signing_alg', 'request_object_encryption_alg', 'introspection_signed_response_alg', 'introspection_encrypted_response_alg',
      'authorization_signed_response_alg', 'authorization_encrypted_response_alg'
    ]) refused(t, await send(app, { body: { ...metadata, [member]: 'RS256' }, token: initialToken }), [400, 'invalid_client_metadata', member])
  })

  t.test('P190: a client that registers how old a sign-in may be is held to it where its request says nothing', async t => {
    const registered = await register(app, { ...metadata, default_max_age: 0 })
    t.equal(registered['default_max_age'], 0)
    const lenient = await register(app, { ...metadata, default_max_age: 3600 })
    const [user, visitor] = [await createUser(service), createVisitor(app)]
    const redirect = { redirect_uri: metadata.redirect_uris[0]! }
    const ask = async ({ client_id: id }: Registered, changes: RequestChanges = {}) =>
      settle(visitor, await visitor.get(authorizeUrl({ id, secret: '' }, { ...redirect, ...changes })))
    for (const { client_id: id } of [registered, lenient]) await walk(visitor, authorizeUrl({ id, secret: '' }, redirect), user)
    t.ok('sign-in' in formsOf(await ask(registered)))
    t.match(responseOf(await ask(registered, { prompt: 'none' }), redirect.redirect_uri), { error: 'login_required' })
    t.match(responseOf(await ask(registered, { max_age: '600' }), redirect.redirect_uri), { code: /./ }, 'a request that says something goes before')
    t.match(responseOf(await ask(lenient), redirect.redirect_uri), { code: /./ })
  })

  t.test('P190: of the standard scopes, too, it gets none but those that it is told it has', async t => {
    const registered = await register(app, { ...metadata, grant_types: ['authorization_code', 'refresh_token'], scope: 'openid email' })
    const client = { id: registered.client_id, secret: registered.client_secret }
    const redirect = { redirect_uri: metadata.redirect_uris[0]! }
    const [user, visitor] = [await createUser(service), createVisitor(app)]
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { ...redirect, scope: 'openid email' } })
    t.equal(tokens.scope, 'openid email')
    for (const scope of ['openid phone', 'profile', 'openid offline_access']) {
      t.match(responseOf(await visitor.get(authorizeUrl(client, { ...redirect, scope })), redirect.redirect_uri), { error: 'invalid_scope' }, scope)
    }
    await service.stores.profiles.set(user.id, { claims: { phone_number: '+442079460000' } }, 'admin')
    const claims = JSON.stringify({ userinfo: { email: null, phone_number: { essential: true } }, id_token: { phone_number: null } })
    const byClaim = await obtainTokens(app, { client, user, visitor, changes: { ...redirect, scope: 'openid', claims } })
    const told = await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${byClaim.access_token}` } })
    t.strictSame(told.json(), { sub: user.id, email: user.email }, 'claim by claim neither')
    t.notOk('phone_number' in claimsOf(byClaim.id_token))
    const narrower = await send(app, {
      method: 'PUT', url: ownPath(registered), token: registered.registration_access_token,
      body: { ...metadata, grant_types: ['authorization_code', 'refresh_token'], scope: 'openid', client_id: client.id }
    })
    t.match(narrower.json(), { scope: 'openid' })
    t.equal((await refreshTokens(app, client, { refresh_token: tokens.refresh_token })).json<{ scope: string }>().scope, 'openid', 'nor by a refresh')
    const all = await register(app)
    t.notMatch(all.scope, 'offline_access', 'nor is it told of what it cannot have')
    const free = { id: all.client_id, secret: all.client_secret }
    t.equal((await obtainTokens(app, { client: free, user, visitor, changes: { ...redirect, scope: 'openid phone' } })).scope, 'openid phone', 'who names none has all')
  })

  t.test('P190: what only an operator gives is never had by asking', async t => {
    const greedy = await register(app, {
      ...metadata, scope: 'openid revocations:write countersign:admin orders:read', audience: [issuer], is_trusted: true, isTrusted: true, trusted: true,
      acceptsEndpointAudience: true, require_pkce: false, requirePkce: false, sectorIdentifier: 'victim.example', client_id: 'admin',
      client_secret: 'mine', profile: { isTrusted: true }, registration_access_token: 'mine'
    })
    t.equal(greedy['scope'], 'openid')
    t.not(greedy.client_id, 'admin')
    t.not(greedy.client_secret, 'mine')
    t.match(await service.stores.clients.find(greedy.client_id), { scopes: ['openid'], audience: [] })
    t.strictSame((await service.stores.clients.find(greedy.client_id))!.profile, {})
    const refusals: Array<[object, string]> = [
      [{ grant_types: ['client_credentials'], redirect_uris: [] }, 'a token for itself'],
      [{ grant_types: ['authorization_code', 'client_credentials'] }, 'a token for itself, too'],
      [{ backchannel_logout_uri: 'http://10.0.0.1/logout' }, 'an address on our own network'],
      [{ backchannel_logout_uri: 'http://localhost/logout' }, 'or on our own machine']
    ]
    for (const [changes, title] of refusals) {
      const answer = await send(app, { body: { ...metadata, response_types: undefined, ...changes }, token: initialToken })
      refused(t, answer, [400, 'invalid_client_metadata', title])
    }
    const own = await postForm(app, { url: '/oauth/token', client: { id: greedy.client_id, secret: greedy.client_secret }, form: { grant_type: 'client_credentials' } })
    t.match(own.json(), { error: 'unauthorized_client' })
  })

  t.test('P190: without the initial access token nobody registers', async t => {
    const client = await createClient(service)
    const none = await send(app, { body: metadata })
    refused(t, none, [401, 'invalid_token', 'none'])
    t.equal(none.headers['www-authenticate'], 'Bearer realm="countersign"')
    for (const token of ['wrong', `${initialToken}x`, initialToken.slice(1), await clientToken(app, client)]) {
      const answer = await send(app, { body: metadata, token })
      refused(t, answer, [401, 'invalid_token', 'a wrong one'])
      t.match(answer.headers['www-authenticate'], /^Bearer .*error="invalid_token"/)
    }
    const basic = await app.inject({ method: 'POST', url: path, payload: metadata, headers: { authorization: 'Basic eDp5' } })
    t.equal(basic.statusCode, 401)
  })

  t.test('P191: a client reads its registration, without its secret', async t => {
    const registered = await register(app)
    const answer = await send(app, { method: 'GET', url: ownPath(registered), token: registered.registration_access_token })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const isSecret = (name: string) => ['client_secret', 'client_secret_expires_at'].includes(name)
    t.strictSame(answer.json(), Object.fromEntries(Object.entries(registered).filter(([name]) => !isSecret(name))))
  })

  t.test('P191: a registration token opens its own client alone', async t => {
    const [registered, other] = [await register(app), await register(app)]
    const operators = await createClient(service)
    const tokens = [
      undefined, other.registration_access_token, initialToken, registered.client_secret, 'x', `${registered.registration_access_token}x`
    ]
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const body = method === 'PUT' ? { ...metadata, client_id: registered.client_id } : undefined
      for (const token of tokens) {
        const answer = await send(app, { method, url: ownPath(registered), token, body })
        refused(t, answer, [401, 'invalid_token', `${method} ${token?.slice(0, 16)}`])
        t.match(answer.headers['www-authenticate'], /^Bearer /)
      }
      for (const id of [operators.id, 'nobody', 'countersign', '..', '%00']) {
        const answer = await send(app, { method, url: `${path}/${id}`, token: registered.registration_access_token, body: body && { ...metadata, client_id: id } })
        t.ok([400, 401, 404].includes(answer.statusCode), `${method} ${id}`)
      }
    }
    t.equal((await send(app, { method: 'GET', url: ownPath(registered), token: registered.registration_access_token })).statusCode, 200, 'and nothing came of it')
  })

  t.test('P191: a replacement replaces everything, the secret aside', async t => {
    const registered = await register(app, { ...metadata, logo_uri: 'https://app.example/logo', contacts: ['a@app.example'], scope: 'openid' })
    const replace = (body: object) => send(app, {
      method: 'PUT', url: ownPath(registered), token: registered.registration_access_token, body: { client_id: registered.client_id, ...body }
    })
    const statusOf = async (clientSecret: string) => (await postForm(app, {
      url: '/oauth/revoke', form: { token: 'x' }, client: { id: registered.client_id, secret: clientSecret }
    })).statusCode
    const answer = await replace({ redirect_uris: ['https://new.example/cb'], client_secret: registered.client_secret })
    t.equal(answer.statusCode, 200)
    const now = answer.json<Registered>()
    t.match(now, { redirect_uris: ['https://new.example/cb'], client_name: registered.client_id, client_id_issued_at: registered['client_id_issued_at'] })
    t.notOk(['logo_uri', 'contacts', 'client_secret'].some(member => member in now))
    t.equal(await statusOf(registered.client_secret), 200)

    const asPublic = await replace({ ...metadata, token_endpoint_auth_method: 'none' })
    t.equal(asPublic.statusCode, 200)
    t.equal(await statusOf(registered.client_secret), 401, 'a public client has no secret')
    const again = (await replace(metadata)).json<Registered>()
    t.match(again, { client_secret_expires_at: 0, token_endpoint_auth_method: 'client_secret_basic' })
    t.not(again.client_secret, registered.client_secret)
    t.equal(await statusOf(secret(again.client_secret)), 200, 'one that becomes confidential gets another')

    const cases: Array<[object, string]> = [
      [{ ...metadata, redirect_uris: ['https://app.example/#x'] }, 'invalid_redirect_uri'], [{}, 'invalid_redirect_uri'],
      [{ ...metadata, client_id: 'other' }, 'invalid_client_metadata'], [{ ...metadata, client_id: undefined }, 'invalid_client_metadata'],
      [{ ...metadata, client_secret: 'mine' }, 'invalid_client_metadata'], [{ ...metadata, client_secret: 1 }, 'invalid_client_metadata'],
      [{ ...metadata, registration_access_token: 'x' }, 'invalid_client_metadata'], [{ ...metadata, client_id_issued_at: 1 }, 'invalid_client_metadata'],
      [{ ...metadata, grant_types: ['client_credentials'] }, 'invalid_client_metadata'], [{ ...metadata, software_statement: 'x' }, 'invalid_software_statement']
    ]
    for (const [body, error] of cases) refused(t, await replace(body), [400, error, JSON.stringify(body)])
    t.match((await service.stores.clients.find(registered.client_id))!, { redirectUris: metadata.redirect_uris, scopes: [], audience: [] })
  })

  t.test('N172: a replacement gives no user of the client another sub', async t => {
    const body = { ...metadata, subject_type: 'pairwise' }
    const [registered, open] = [await register(app, body), await register(app)]
    const replace = ({ client_id: id, registration_access_token: token }: Registered, changes: object) =>
      send(app, { method: 'PUT', url: `${path}/${id}`, token, body: { ...metadata, client_id: id, ...changes } })
    const elsewhere = { redirect_uris: ['https://elsewhere.example/cb'] }
    for (const changes of [{}, { subject_type: 'public' }, { subject_type: 'pairwise', ...elsewhere }, { subject_type: 'pairwise', redirect_uris: ['http://127.0.0.1/cb'] }]) {
      const answer = await replace(registered, changes)
      refused(t, answer, [400, 'invalid_client_metadata', JSON.stringify(changes)])
      t.match(answer.json(), { error_description: /another sub/ })
    }
    refused(t, await replace(open, { subject_type: 'pairwise' }), [400, 'invalid_client_metadata', 'nor the other way'])
    t.equal((await replace(registered, { subject_type: 'pairwise', redirect_uris: ['https://app.example/other'] })).statusCode, 200, 'on the same host')
    t.equal((await replace(open, elsewhere)).statusCode, 200, 'a public sub is the same everywhere')
  })

  t.test('P191: with its secret a client gives up what was granted to it, at once and for all instances', async t => {
    const grants = { ...metadata, grant_types: ['authorization_code', 'refresh_token'] }
    const registered = await register(app, grants)
    const user = await signInAnew(app, service)
    const grant = () => createGrant(service, { clientId: registered.client_id, userId: user.id, sessionId: user.sessionId, audience: [issuer] })
    const replace = (body: object) => send(app, {
      method: 'PUT', url: ownPath(registered), token: registered.registration_access_token, body: { ...grants, client_id: registered.client_id, ...body }
    })
    const asker = await createClient(service)
    const isActive = async (token: string) => (await postForm(app, { url: '/oauth/introspect', client: asker, form: { token } })).json<{ active: boolean }>().active
    const refresh = async (refreshToken: string) => (await postForm(app, {
      url: '/oauth/token', form: { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: registered.client_id }
    })).json<{ error?: string }>()

    const before = await service.stores.journal.head()
    const confidential = await grant()
    t.equal((await replace({ client_name: 'Still itself' })).statusCode, 200)
    t.equal(await isActive(confidential.accessToken), true, 'any other replacement ends nothing')
    t.equal((await replace({ token_endpoint_auth_method: 'none' })).statusCode, 200)
    t.equal(await isActive(confidential.accessToken), false, 'in the very next look')
    t.match(await refresh(confidential.refreshToken), { error: 'invalid_grant' })
    t.match(await service.stores.journal.readAfter(before, 10), [{ target: 'client', value: registered.client_id, reason: 'client-made-public' }])

    const open = await grant()
    t.equal((await replace({ token_endpoint_auth_method: 'none', client_name: 'Open' })).statusCode, 200)
    t.equal((await replace({})).statusCode, 200, 'and the other way')
    t.equal(await isActive(open.accessToken), true, 'what was granted without a secret stands')
  })

  t.test('P191: a deleted client cannot authenticate, and its tokens are dead', async t => {
    const registered = await register(app, { ...metadata, grant_types: ['authorization_code', 'refresh_token'] })
    const client = { id: registered.client_id, secret: registered.client_secret }
    const user = await signInAnew(app, service)
    const { accessToken, refreshToken } = await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId, audience: [issuer] })
    const asker = await createClient(service)
    const isActive = async () => (await postForm(app, { url: '/oauth/introspect', client: asker, form: { token: accessToken } })).json<{ active: boolean }>().active
    t.equal(await isActive(), true)
    const answer = await send(app, { method: 'DELETE', url: ownPath(registered), token: registered.registration_access_token })
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
    t.equal(await isActive(), false)
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken }
    t.match((await postForm(app, { url: '/oauth/token', client, form: refresh })).json(), { error: 'invalid_client' })
    for (const method of ['GET', 'DELETE'] as const) {
      refused(t, await send(app, { method, url: ownPath(registered), token: registered.registration_access_token }), [401, 'invalid_token', method])
    }
    t.match(await service.stores.audit.list({ limit: 1, subject: client.id }), [{ actor: `client:${client.id}` }])
  })

  t.test('of many replacements and deletions at once, all are answered and the last word is deletion', async t => {
    const registered = await register(app)
    const token = registered.registration_access_token
    const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => send(app, turn % 2 === 0
      ? { method: 'PUT', url: ownPath(registered), token, body: { ...metadata, client_id: registered.client_id, client_name: `App ${turn}` } }
      : { method: 'DELETE', url: ownPath(registered), token })))
    t.ok(answers.every(({ statusCode }) => [200, 204, 401].includes(statusCode)), answers.map(({ statusCode }) => statusCode).join())
    t.equal(await service.stores.clients.find(registered.client_id), undefined)
  })
}, { config: { CLIENT_REGISTRATION: 'token', INITIAL_ACCESS_TOKEN: initialToken } })

t.test('client registration is off unless it is turned on', async t => {
  const { app } = await openService(t, { store: 'embedded' })
  t.equal((await send(app, { body: metadata })).statusCode, 404)
  t.equal((await send(app, { method: 'GET', url: `${path}/x` })).statusCode, 404)
  t.notOk('registration_endpoint' in (await app.inject('/.well-known/openid-configuration')).json<object>())
})

t.test('where it is open, anybody registers, twenty times an hour from one address', async t => {
  const { app, issuer } = await openService(t, { store: 'embedded', config: { CLIENT_REGISTRATION: 'open' } })
  t.match((await app.inject('/.well-known/openid-configuration')).json(), { registration_endpoint: `${issuer}${path}` })
  const statuses: number[] = []
  for (let turn = 0; turn < 21; turn++) {
    statuses.push((await send(app, { body: metadata, remoteAddress: `2001:db8:ffff::${turn.toString(16)}` })).statusCode)
  }
  t.strictSame([...new Set(statuses.slice(0, 20))], [201])
  t.equal(statuses[20], 429)
  t.equal((await send(app, { body: metadata })).statusCode, 201, 'a neighbour is not concerned')
})

t.test('under an issuer with a path, registration lies there, too', async t => {
  const config = { CLIENT_REGISTRATION: 'open', ISSUER: 'http://127.0.0.1:3000/id' }
  const { app, issuer } = await openService(t, { store: 'embedded', config })
  const registered = (await send(app, { url: `/id${path}`, body: metadata })).json<Registered>()
  t.equal(registered.registration_client_uri, `${issuer}${path}/${registered.client_id}`)
  const own = { method: 'GET', url: new URL(registered.registration_client_uri).pathname, token: secret(registered.registration_access_token) } as const
  t.equal((await send(app, own)).statusCode, 200)
})
