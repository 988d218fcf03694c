import t from 'tap'
import {
  authorizeUrl, callback, createVisitor, createWebClient, obtainCode, obtainTokens, redeemCode, refreshTokens, responseOf, settle, signInOn,
  walk, type CodeTokens
} from '../support/authorization.ts'
import { clientToken, createClient, createGrant, postForm, type TestClient } from '../support/clients.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, claimsOf, createUser, signInAnew } from '../support/users.ts'
import { openAdmin } from '../admin/open-admin.ts'

/** What becomes of sign-ins, codes, grants and tokens when an operator changes their client. */

const other = 'https://app.example.com/other'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { call } = await openAdmin(t, opened)

  async function change({ id }: TestClient, changes: object): Promise<Record<string, unknown>> {
    const { status, body } = await call(`PATCH /admin/clients/${id}`, changes)
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body
  }

  const arrive = async () => ({ user: await createUser(service), visitor: createVisitor(app) })
  const refresh = async (client: TestClient, { refresh_token }: Pick<CodeTokens, 'refresh_token'>, form = {}) => {
    const answer = await refreshTokens(app, client, { refresh_token, ...form })
    const body = answer.json<CodeTokens & { error: string }>()
    for (const token of [body.access_token, body.refresh_token]) if (token !== undefined) secret(token)
    return { status: answer.statusCode, body }
  }

  t.test('A4: a redirect URI that was taken away is refused at once, and the one that came for it is good', async t => {
    const client = await createWebClient(service)
    const { user, visitor } = await arrive()
    await obtainTokens(app, { client, user, visitor })
    await change(client, { redirectUris: [other] })
    const refused = await visitor.get(authorizeUrl(client))
    t.equal(refused.statusCode, 400)
    t.equal(refused.headers.location, undefined)
    await t.resolves(obtainTokens(app, { client, user, visitor, changes: { redirect_uri: other } }))
  })

  t.test('nobody is sent to a redirect URI that was taken away while they signed in', async t => {
    const client = await createWebClient(service)
    const { user, visitor } = await arrive()
    const page = await settle(visitor, await visitor.get(authorizeUrl(client)))
    await change(client, { redirectUris: [other] })
    const ended = await signInOn(visitor, page, user)
    t.ok(ended.statusCode >= 400)
    t.equal(ended.headers.location, undefined)
  })

  t.test('a code that went to a redirect URI which was taken away is worth nothing, and a replay of one that was spent still ends its grant', async t => {
    const client = await createWebClient(service)
    const { user, visitor } = await arrive()
    const spent = await obtainTokens(app, { client, user, visitor })
    const waiting = await obtainCode({ client, user, visitor })
    await change(client, { redirectUris: [other] })
    t.match((await redeemCode(app, client, waiting)).json(), { error: 'invalid_grant' })
    const refreshed = await refresh(client, spent)
    t.equal(refreshed.status, 200, 'a grant that was made before stands')
    t.match((await redeemCode(app, client, spent)).json(), { error: 'invalid_grant' })
    t.equal((await refresh(client, refreshed.body)).status, 400)
    await change(client, { redirectUris: [callback] })
    t.equal((await redeemCode(app, client, waiting)).statusCode, 200, 'put back within its minute it is good')
  })

  t.test('where a browser may go after signing out follows the change', async t => {
    const bye = 'https://app.example.com/bye'
    const client = await createWebClient(service, { postLogoutRedirectUris: [bye] })
    const target = async () => {
      const { user, visitor } = await arrive()
      const { id_token: hint } = await obtainTokens(app, { client, user, visitor })
      return (await visitor.get(`/oauth/logout?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: bye }).toString()}`)).headers.location
    }
    t.match(await target(), /^https:\/\/app\.example\.com\/bye/)
    await change(client, { postLogoutRedirectUris: [] })
    t.equal(await target(), undefined)
  })

  t.test('a scope that was taken away is in no further token, and comes back with it; tokens that are out run their time', async t => {
    const client = await createWebClient(service, { scopes: ['orders:read', 'orders:write'] })
    const { user, visitor } = await arrive()
    const scope = 'orders:read orders:write'
    const first = await obtainTokens(app, { client, user, visitor, changes: { scope } })
    await change(client, { scopes: ['orders:read'] })
    const second = await refresh(client, first)
    t.match([second.status, second.body.scope], [200, 'orders:read'])
    t.equal(claimsOf(second.body.access_token)['scope'], 'orders:read')
    t.match(responseOf(await walk(visitor, authorizeUrl(client, { scope }), user)), { error: 'invalid_scope' })
    const introspected = await postForm(app, { url: '/oauth/introspect', client, form: { token: first.access_token } })
    t.match(introspected.json(), { active: true, scope })
    await change(client, { scopes: ['orders:read', 'orders:write'] })
    t.equal((await refresh(client, second.body)).body.scope, scope)
  })

  t.test('with an audience that was taken away nothing is refreshed and nothing spent, until it is back', async t => {
    const audience = ['https://stock.example', 'https://orders.example']
    const client = await createWebClient(service, { scopes: ['stock:read'], audience })
    const { user, visitor } = await arrive()
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope: 'stock:read' } })
    await change(client, { audience: ['https://orders.example'] })
    t.match(await refresh(client, tokens), { status: 400, body: { error: 'invalid_target' } })
    await change(client, { audience })
    const again = await refresh(client, tokens)
    t.equal(again.status, 200)
    t.strictSame(claimsOf(again.body.access_token)['aud'], audience)
  })

  t.test('the next token of a service has the scopes and the audience of the change', async t => {
    const client = await createClient(service, { grantTypes: ['client_credentials'], scopes: ['stock:read', 'stock:write'] })
    await change(client, { scopes: ['stock:read'], audience: ['https://stock.example'] })
    t.match(claimsOf(await clientToken(app, client)), { scope: 'stock:read', aud: 'https://stock.example' })
    const refused = await postForm(app, { url: '/oauth/token', client, form: { grant_type: 'client_credentials', scope: 'stock:write' } })
    t.match(refused.json(), { error: 'invalid_scope' })
  })

  t.test('a grant type that was taken away is refused, and what stands by it goes on when it is back', async t => {
    const client = await createWebClient(service)
    const { user, visitor } = await arrive()
    const tokens = await obtainTokens(app, { client, user, visitor })
    await change(client, { grants: ['authorization_code'] })
    t.match(await refresh(client, tokens), { status: 400, body: { error: 'unauthorized_client' } })
    await change(client, { grants: ['authorization_code', 'refresh_token'] })
    t.equal((await refresh(client, tokens)).status, 200)
  })

  /** Whether userinfo takes its access token, and the token endpoint its refresh token. */
  async function lives(client: TestClient, tokens: CodeTokens): Promise<boolean[]> {
    return [
      (await callApi(app, 'GET /oauth/userinfo', { token: tokens.access_token })).statusCode === 200,
      (await refresh(client, tokens)).status === 200
    ]
  }

  t.test('a client that becomes public loses its secret and all that it had been granted, codes too', async t => {
    const client = await createWebClient(service)
    const { user, visitor } = await arrive()
    const tokens = await obtainTokens(app, { client, user, visitor })
    const online = await signInAnew(app, service)
    const grant = await createGrant(service, { clientId: client.id, userId: online.id, sessionId: online.sessionId, offline: true })
    const waiting = await obtainCode({ client, user, visitor })
    const body = await change(client, { public: true })
    t.strictSame(Object.keys(body), ['client_id', 'seq'])
    t.match((await service.stores.audit.list({ limit: 2, subject: client.id })).map(({ kind }) => kind).toSorted(), ['client/changed', 'revocation/client'])
    const now = { id: client.id, secret: '' }
    t.strictSame(await lives(now, tokens), [false, false])
    t.equal((await refresh(now, { refresh_token: grant.refreshToken })).status, 400)
    t.match((await redeemCode(app, now, waiting)).json(), { error: 'invalid_grant' })
    t.equal((await redeemCode(app, client, waiting)).statusCode, 401, 'the secret counts no more')
    const next = await obtainTokens(app, { client: now, user, visitor })
    t.strictSame(await lives(now, next), [true, true], 'what is granted from then on lives')
    await change(now, { public: true, name: 'Again' })
    t.strictSame((await lives(now, await obtainTokens(app, { client: now, user, visitor })))[0], true, 'one that is public already ends nothing')
    t.equal((await call(`PATCH /admin/clients/${client.id}`, { public: true, grants: ['client_credentials'], redirectUris: [] })).status, 400)
  })

  t.test('a client that becomes confidential is told a secret, and what it had been granted needs it from then on', async t => {
    const client = await createWebClient(service, { authMethods: ['none'] })
    const { user, visitor } = await arrive()
    const tokens = await obtainTokens(app, { client, user, visitor })
    const body = await change(client, { public: false })
    t.strictSame(Object.keys(body), ['client_id', 'client_secret'])
    t.equal((await refresh(client, tokens)).status, 401)
    const now = { id: client.id, secret: secret(body['client_secret'] as string) }
    t.strictSame(await lives(now, tokens), [true, true])
    t.match(await service.stores.clients.find(client.id), { authMethods: ['client_secret_basic', 'client_secret_post'] })
  })

  t.test('N172: users of a pairwise client that moves to another host with its former sector keep their sub', async t => {
    const client = await createWebClient(service, { profile: { subjectType: 'pairwise' } })
    const { user, visitor } = await arrive()
    const { sub } = claimsOf((await obtainTokens(app, { client, user, visitor })).id_token)
    const moved = 'https://moved.example/callback'
    await change(client, { redirectUris: [moved], profile: { sectorIdentifier: new URL(callback).hostname } })
    t.equal(claimsOf((await obtainTokens(app, { client, user, visitor, changes: { redirect_uri: moved } })).id_token)['sub'], sub)
  })
}, { config: { LOG_LEVEL: 'silent' } })
