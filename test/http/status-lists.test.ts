import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { readConfig } from '../../src/config.ts'
import { clientToken, createClient, createGrant, postForm, type GrantRequest } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { askStatus, readStatus, statusOf, verifyList } from '../support/status-lists.ts'
import { callApi, claimsOf, signInAnew } from '../support/users.ts'

const [listed, plain] = ['https://orders.example', 'https://plain.example']
const inventedKid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid!
const act = { reason: 'test', actor: 'admin' }

async function openWorld({ app, service }: OpenedService) {
  const writer = await createClient(service, { scopes: ['revocations:write'] })
  const shop = await createClient(service, { scopes: ['read'] })
  for (const identifier of [listed, plain]) {
    await service.stores.apis.create({
      identifier, name: 'API', scopes: ['read'], tokenLifetime: undefined, clients: [shop.id], statusList: identifier === listed
    }, 'admin')
  }
  await service.pulse.refresh()
  const write = await clientToken(app, writer)
  const revoke = (target: string, value: string) =>
    callApi(app, 'POST /revocations', { token: write, body: { target, value, reason: 'test' } })
  async function begin(changes: Partial<GrantRequest> = {}) {
    const user = await signInAnew(app, service)
    const made = await createGrant(service, {
      clientId: shop.id, userId: user.id, sessionId: user.sessionId, audience: [listed], scopes: ['read'], ...changes
    })
    return { user, ...made }
  }
  const refresh = (refreshToken: string, form: Record<string, string> = {}, client = shop) =>
    postForm(app, { url: '/oauth/token', client, form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...form } })
  return { shop, revoke, begin, refresh }
}

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened
  const { shop, revoke, begin, refresh } = await openWorld(opened)
  const signingKid = () => service.ring.signing().record.kid
  const listUrl = (list: number | string = 0) => `/status-lists/${list}.${signingKid()}`
  const readKeys = async () => (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>()

  t.test('Q199: a grant\'s tokens for an API that is registered so name their place, all the same one; no others do', async t => {
    const { accessToken, refreshToken } = await begin({ audience: [plain, listed] })
    t.strictSame(Object.keys(statusOf(accessToken)).sort(), ['idx', 'uri'])
    t.equal(statusOf(accessToken).uri, `${issuer}/status-lists/0.${kidOf(accessToken)}`)
    const again = (await refresh(refreshToken)).json<{ access_token: string; refresh_token: string }>()
    t.strictSame(statusOf(again.access_token), statusOf(accessToken))
    const narrowed = (await refresh(again.refresh_token, { resource: plain })).json<{ access_token: string }>()
    t.equal(claimsOf(narrowed.access_token)['status'], undefined, 'a token for another API')
    t.notSame(statusOf((await begin()).accessToken), statusOf(accessToken))
    const answer = await postForm(app, { url: '/oauth/token', client: shop, form: { grant_type: 'client_credentials', resource: listed } })
    t.match(claimsOf(answer.json<{ access_token: string }>().access_token), { aud: listed, status: undefined }, 'a token without a grant')
    t.equal(claimsOf((await signInAnew(app, service)).accessToken)['status'], undefined, 'a token for the issuer')
  })

  t.test('Q199: a list is answered with its type, header and claims, signed by a key of the JWKS', async t => {
    const { uri } = statusOf((await begin()).accessToken)
    const answer = await app.inject({ url: new URL(uri).pathname, headers: { accept: 'application/statuslist+jwt', origin: 'https://shop.example' } })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['content-type'], 'application/statuslist+jwt')
    t.equal(answer.headers['access-control-allow-origin'], '*')
    t.equal(answer.headers['cache-control'], 'public, max-age=30')
    t.equal(answer.headers['content-encoding'], undefined)
    const keys = await readKeys()
    const { payload, protectedHeader } = await verifyList(answer.body, { keys, uri })
    t.match(protectedHeader, { typ: 'statuslist+jwt', alg: 'RS256', kid: signingKid() })
    t.match(payload, { iss: issuer, sub: uri, ttl: 30, status_list: { bits: 1, lst: /^[A-Za-z0-9_-]+$/ } })
    t.ok(Math.abs(payload.iat - Date.now() / 1000) < 60)
    t.ok(payload.exp > payload.iat + 2 * payload.ttl && payload.exp < payload.iat + 600)
    t.equal(readStatus(payload, 131_071), 0)
    t.equal(readStatus(payload, 131_072), undefined, 'all places are there, and no more')
    t.equal(answer.body.split('.')[1], Buffer.from(JSON.stringify(payload)).toString('base64url'))
  })

  t.test('Q199: it is compressed for who takes that, and not sent again to who has it', async t => {
    const url = listUrl()
    const [text, packed] = [await app.inject(url), await app.inject({ url, headers: { 'accept-encoding': 'br, gzip' } })]
    t.equal(packed.headers['content-encoding'], 'gzip')
    t.equal(gunzipSync(packed.rawPayload).toString(), text.body)
    t.not(packed.headers['etag'], text.headers['etag'])
    for (const [answer, encoding] of [[text, 'identity'], [packed, 'gzip']] as const) {
      t.equal(answer.headers['vary'], 'accept-encoding', 'there is one type, and caches that keep nothing that varies by it')
      for (const held of [answer.headers['etag']!, `"x", W/${answer.headers['etag']}`]) {
        const again = await app.inject({ url, headers: { 'if-none-match': held, 'accept-encoding': encoding } })
        t.equal(again.statusCode, 304)
        t.equal(again.body, '')
        t.match(again.headers, { 'cache-control': 'public, max-age=30', vary: 'accept-encoding' })
      }
    }
    t.equal((await app.inject({ method: 'HEAD', url })).statusCode, 200)
    const preflight = await app.inject({ method: 'OPTIONS', url, headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } })
    t.match(preflight, { statusCode: 204, headers: { 'access-control-allow-origin': '*' } })
  })

  t.test('what is not offered is refused, and readable for pages of every site', async t => {
    const cases: Array<[string, Record<string, string>, number]> = [
      [listUrl(), { accept: 'application/statuslist+cwt' }, 406],
      [listUrl(), { accept: 'text/html, application/statuslist+jwt;q=0' }, 406],
      [`${listUrl()}?time=1700000000`, {}, 501],
      ...['1', '999999999', '99999999999999', '00', '-1', '0x0', '1e0', 'NaN', '0.0', '%30%00'].map(
        (id): [string, Record<string, string>, number] => [listUrl(id), {}, id.includes('%00') ? 400 : 404]),
      ...['0', '0.', '0.0', `0.${inventedKid}`, `0.${service.ring.mac().record.kid}`, `${listUrl().slice(14)}A`].map(
        (id): [string, Record<string, string>, number] => [`/status-lists/${id}`, {}, 404])
    ]
    for (const [url, headers, status] of cases) {
      const answer = await app.inject({ url, headers: { origin: 'https://a.example', ...headers } })
      t.equal(answer.statusCode, status, `${url} ${headers['accept'] ?? ''}`)
      t.equal(answer.headers['access-control-allow-origin'], '*')
      t.match(answer.headers['cache-control'], /no-store/)
    }
    t.equal((await app.inject({ url: listUrl(), headers: { accept: 'text/html, */*;q=0.8' } })).statusCode, 200)
  })

  t.test('the lists that tokens may name are listed where the metadata says', async t => {
    const { accessToken } = await begin()
    const metadata = (await app.inject('/.well-known/oauth-authorization-server')).json<Record<string, string>>()
    const endpoint = metadata['status_list_aggregation_endpoint']!
    const answer = await app.inject({ url: new URL(endpoint).pathname, headers: { origin: 'https://a.example' } })
    t.match(answer.headers, { 'content-type': /^application\/json/, 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=30' })
    t.strictSame(answer.json(), { status_lists: [statusOf(accessToken).uri] })
  })

  const ends: Array<[string, (grant: Awaited<ReturnType<typeof begin>>) => Promise<unknown>, { offline: boolean }]> = [
    ['its grant is revoked', ({ grant }) => revoke('grant', grant.id), { offline: true }],
    ['its refresh token is revoked', ({ refreshToken }) =>
      postForm(app, { url: '/oauth/revoke', client: shop, form: { token: refreshToken } }), { offline: true }],
    ['it is revoked itself by its client', ({ accessToken }) =>
      postForm(app, { url: '/oauth/revoke', client: shop, form: { token: accessToken } }), { offline: true }],
    ['its jti is revoked by a service', ({ accessToken }) => revoke('token', String(claimsOf(accessToken)['jti'])), { offline: true }],
    ['its user signs out', ({ user }) => callApi(app, 'POST /api/auth/logout', { token: user.accessToken }), { offline: false }],
    ['its session is revoked', ({ user }) => revoke('session', user.sessionId), { offline: false }],
    ['its user signs out everywhere', ({ user }) => callApi(app, 'POST /api/auth/logout-all', { token: user.accessToken }), { offline: true }],
    ['its user is disabled', async ({ user }) =>
      service.rooms.revoker.publish(await service.stores.users.endEverything(user.id, act, { disabled: true })), { offline: true }]
  ]
  for (const [name, end, { offline }] of ends) {
    t.test(`a token is invalid in the list at once when ${name}${offline ? '' : ', unless its grant outlives sessions'}`, async t => {
      const bystander = await begin()
      for (const isOffline of [false, true]) {
        const made = await begin({ offline: isOffline })
        t.equal(await askStatus(app, made.accessToken), 0)
        await end(made)
        t.equal(await askStatus(app, made.accessToken), isOffline && !offline ? 0 : 1)
      }
      t.equal(await askStatus(app, bystander.accessToken), 0)
    })
  }

  t.test('revoking an access token of such a grant ends the grant; of another, the token alone', async t => {
    const { accessToken, refreshToken } = await begin()
    const second = (await refresh(refreshToken)).json<{ access_token: string; refresh_token: string }>()
    t.equal((await revoke('token', String(claimsOf(accessToken)['jti']))).statusCode, 201)
    t.equal((await revoke('token', String(claimsOf(accessToken)['jti']))).statusCode, 201, 'once more')
    t.match((await refresh(second.refresh_token)).json(), { error: 'invalid_grant' })
    t.equal(await askStatus(app, second.access_token), 1)
    const other = await begin({ audience: [plain] })
    await revoke('token', String(claimsOf(other.accessToken)['jti']))
    t.equal((await refresh(other.refreshToken)).statusCode, 200)
  })

  t.test('a token of before its API left the lists still ends with its grant, and its place is still read', async t => {
    const { accessToken, refreshToken } = await begin()
    await service.stores.apis.change(listed, { statusList: false }, 'admin')
    await service.pulse.refresh()
    t.teardown(() => service.stores.apis.change(listed, { statusList: true }, 'admin').then(() => service.pulse.refresh()))
    t.equal(await askStatus(app, accessToken), 0)
    t.equal((await postForm(app, { url: '/oauth/revoke', client: shop, form: { token: accessToken } })).statusCode, 200)
    t.equal(await askStatus(app, accessToken), 1)
    t.match((await refresh(refreshToken)).json(), { error: 'invalid_grant' })
  })

  t.test('after a rotation the new key signs the list, and lists of before still verify', async t => {
    const { accessToken } = await begin()
    const before = await app.inject(new URL(statusOf(accessToken).uri).pathname)
    const former = signingKid()
    await service.rotation.rotate('sign', { force: true, act })
    await service.pulse.refresh()
    const { uri } = statusOf(accessToken)
    const { protectedHeader } = await verifyList((await app.inject(new URL(uri).pathname)).body, { keys: await readKeys(), uri })
    t.not(signingKid(), former)
    t.equal(protectedHeader.kid, signingKid())
    t.match(await verifyList(before.body, { keys: await readKeys(), uri }), { protectedHeader: { kid: former } })
    t.equal(await askStatus(app, accessToken), 0, 'and so do tokens of before')
    const lists = (await app.inject('/status-lists')).json<{ status_lists: string[] }>().status_lists
    t.strictSame(lists, [uri, `${issuer}${listUrl()}`], 'both are named')
  })

  t.test('a list is not an access token', async t => {
    const { body } = await app.inject(listUrl())
    t.match((await callApi(app, 'GET /api/auth/me', { token: body })).json(), { code: 'TOKEN_INVALID' })
  })
})

/** A key that is stolen, on a service of its own. */
onEachStore(t, async (t, opened: OpenedService) => {
  const { app, service, issuer } = opened
  const { begin, refresh } = await openWorld(opened)
  const named = async () => (await app.inject('/status-lists')).json<{ status_lists: string[] }>().status_lists
  const uriOf = (list: number, kid: string) => `${issuer}/status-lists/${list}.${kid}`

  t.test('Q199: when a key is removed as compromised, its tokens are invalid in the lists, and those of the same grants under the next are not', async t => {
    const [made, other] = [await begin(), await begin()]
    const kid = kidOf(made.accessToken)
    t.strictSame(await named(), [uriOf(0, kid)], 'no token names the standby')
    // Who reads nothing but lists from now on.
    const keys = (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>()
    const ask = (...tokens: string[]) => Promise.all(tokens.map(token => askStatus(app, token, keys)))
    t.strictSame(await ask(made.accessToken, other.accessToken), [0, 0])

    await service.rooms.revoker.revoke('key', kid, act)
    await service.rotation.tend()
    t.strictSame(await ask(made.accessToken, other.accessToken), [1, 1])
    const next = (await refresh(made.refreshToken)).json<{ access_token: string }>().access_token
    t.not(kidOf(next), kid)
    t.strictSame({ ...statusOf(next), uri: '' }, { ...statusOf(made.accessToken), uri: '' }, 'the same place')
    t.strictSame(await ask(made.accessToken, next), [1, 0])
    t.strictSame(await named(), [uriOf(0, kid), uriOf(0, kidOf(next))], 'both lists may be named')

    await service.rooms.revoker.revoke('grant', made.grant.id, act)
    t.strictSame(await ask(made.accessToken, next), [1, 1], 'the end of the grant is in both')
    t.equal((await app.inject(`/status-lists/1.${kid}`)).statusCode, 404, 'a list of no number is none')
  })
})

/** What ends more than one grant, on a service of its own. */
onEachStore(t, async (t, opened: OpenedService) => {
  const { app, service } = opened
  const { begin, revoke } = await openWorld(opened)
  const other = await createClient(service)

  t.test('all tokens of a client are invalid when it is cut off, and when it is deleted', async t => {
    const standing = await begin()
    const made = await begin({ clientId: other.id })
    await revoke('client', other.id)
    const later = await begin({ clientId: other.id })
    t.strictSame(await Promise.all([standing, made, later].map(({ accessToken }) => askStatus(app, accessToken))), [0, 1, 0])
    await service.rooms.revoker.publish([(await service.stores.clients.delete(other.id, act))!])
    t.strictSame(await Promise.all([standing, made, later].map(({ accessToken }) => askStatus(app, accessToken))), [0, 1, 1])
  })

  t.test('everything is invalid when everything is ended, and what comes after is not', async t => {
    const before = [await begin(), await begin({ offline: true })]
    await service.rooms.revoker.revoke('issuer', '', act)
    const after = await begin()
    t.strictSame(await Promise.all([...before, after].map(({ accessToken }) => askStatus(app, accessToken))), [1, 1, 0])
  })
})

t.test('the time a list may be kept is a setting, and endpoints lie under the path of the issuer', async t => {
  const ttl = Array.from({ length: 3600 }, (_, less) => 3600 - less).find(seconds => isTtl(seconds))!
  const clock = createTestClock(Date.now())
  const { app, service } = await openService(t, {
    store: 'embedded', clock,
    config: { ISSUER: 'http://127.0.0.1:3000/id/eu', STATUS_LIST_TTL: String(ttl), ACCESS_TOKEN_LIFETIME: '10' }
  })
  const { kid } = service.ring.signing().record
  const path = `/id/eu/status-lists/0.${kid}`
  const uri = `http://127.0.0.1:3000${path}`
  // Until then keys are kept for tokens of the lifetime that the database began with.
  clock.advance(3600)
  await service.pulse.refresh()
  const answer = await app.inject(path)
  t.equal(answer.headers['cache-control'], `public, max-age=${ttl}`)
  const { exp } = claimsOf(answer.body) as { exp: number }
  t.match(claimsOf(answer.body), { ttl, sub: uri })

  await t.test('a list that is kept as long as any may be never outlives the key that signed it in the last moment', async t => {
    await service.rotation.rotate('sign', { force: true, act })
    t.not(service.ring.signing().record.kid, kid)
    // By an instance whose clock is a minute ahead of the one that made it.
    clock.advance(exp - clock.now() / 1000 + 59)
    await service.pulse.refresh()
    await service.rotation.tend()
    const keys = (await app.inject('/id/eu/.well-known/jwks.json')).json<JSONWebKeySet>()
    t.match(await verifyList(answer.body, { keys, uri, now: new Date(exp * 1000 - 1) }), { protectedHeader: { kid } })
  })
})

function isTtl(seconds: number): boolean {
  try {
    return readConfig({ STATUS_LIST_TTL: String(seconds), ACCESS_TOKEN_LIFETIME: '10' }).statusListTtl === seconds
  } catch {
    return false
  }
}
