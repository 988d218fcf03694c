import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import {
  authorizeUrl, createVisitor, createWebClient, makeProofKey, obtainCode, obtainTokens, redeemCode, refreshTokens, responseOf, walk,
  type CodeTokens
} from '../support/authorization.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf, createUser } from '../support/users.ts'

/** What came of a code, later: its refresh tokens, and what its tokens are for. */

const errorOf = (answer: LightMyRequestResponse): string | undefined => answer.json<{ error?: string }>().error

onEachStore(t, async (t, { app, service, issuer }) => {
  const user = await createUser(service)
  const visitor = createVisitor(app)
  const client = await createWebClient(service, { scopes: ['orders:read', 'orders:write'] })
  const spa = await createWebClient(service, { authMethods: ['none'] })
  const scope = 'openid offline_access orders:read orders:write'
  const refresh = (token: { refresh_token: string }, form: Record<string, string> = {}, asking = client) =>
    refreshTokens(app, asking, { refresh_token: token.refresh_token, ...form })

  t.test('F87: a refresh answers with new tokens, an ID token among them', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope } })
    const answer = await refresh(tokens)
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const next = answer.json<CodeTokens>()
    for (const name of ['access_token', 'refresh_token', 'id_token'] as const) t.not(next[name], tokens[name], name)
    t.equal(next.scope, scope)
    t.equal(claimsOf(next.access_token)['sub'], user.id)
    t.equal((await refresh(next)).statusCode, 200)
  })

  t.test('F91: a refresh for fewer scopes narrows that one access token, and not the grant', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope } })
    const less = (await refresh(tokens, { scope: 'orders:read' })).json<CodeTokens>()
    t.equal(less.scope, 'orders:read')
    t.equal(claimsOf(less.access_token)['scope'], 'orders:read')
    const all = (await refresh(less)).json<CodeTokens>()
    t.strictSame(all.scope.split(' ').sort(), scope.split(' ').sort())
  })

  t.test('F92: a wider, unknown or malformed scope is refused, and the token is as good as before', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope: 'openid orders:read' } })
    for (const wide of ['orders:write', 'openid orders:read orders:write', 'offline_access', 'nonsense', '"', 'openid  orders:read']) {
      const answer = await refresh(tokens, { scope: wide })
      t.equal(answer.statusCode, 400, wide)
      t.equal(errorOf(answer), 'invalid_scope', wide)
    }
    t.equal((await refresh(tokens)).statusCode, 200)
  })

  t.test('F93: a refresh token of one client is nothing to another', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope } })
    for (const thief of [await createWebClient(service), spa]) t.equal(errorOf(await refresh(tokens, {}, thief)), 'invalid_grant')
    t.equal((await refresh(tokens)).statusCode, 200)
  })

  t.test('F94: a public client says who it is, a confidential one proves it', async t => {
    const open = await obtainTokens(app, { client: spa, user, visitor })
    t.equal(errorOf(await refresh(open, { client_id: '' }, spa)), 'invalid_client')
    t.equal(errorOf(await refresh(open, { client_id: client.id }, spa)), 'invalid_client')
    t.equal((await refresh(open, {}, spa)).statusCode, 200)
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope } })
    const unproven = await refresh(tokens, {}, { id: client.id, secret: '' })
    t.equal(unproven.statusCode, 401)
    t.equal(errorOf(unproven), 'invalid_client')
    t.equal((await refresh(tokens)).statusCode, 200, 'not consumed')
  })

  t.test('F96: withdrawing the consent ends the refresh token at once', async t => {
    const asking = await createWebClient(service)
    const tokens = await obtainTokens(app, { client: asking, user, visitor, changes: { scope: 'openid offline_access' } })
    await service.rooms.consents.withdraw(user.id, asking.id)
    t.equal(errorOf(await refresh(tokens, {}, asking)), 'invalid_grant')
    t.match(responseOf(await visitor.get(authorizeUrl(asking, { prompt: 'none' }))), { error: 'consent_required' })
  })

  t.test('F97: a refresh token is plain visible text, and whatever is none is invalid_grant', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor })
    t.match(tokens.refresh_token, /^[\x21-\x7E]{40,}$/)
    for (const bad of ['x'.repeat(10_000), 'ü', `${tokens.refresh_token}x`, tokens.refresh_token.slice(0, -1), tokens.code]) {
      t.equal(errorOf(await refresh({ refresh_token: bad })), 'invalid_grant', bad.slice(0, 10))
    }
  })

  t.test('F99: a refresh token opens no endpoint, and neither an access token nor an ID token refreshes', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor })
    for (const token of [tokens.refresh_token, tokens.id_token, tokens.code]) {
      const answer = await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${token}` } })
      t.equal(answer.statusCode, 401)
      t.match(answer.headers['www-authenticate'], /^Bearer .*error="invalid_token"/)
    }
    for (const token of [tokens.access_token, tokens.id_token, tokens.code]) t.equal(errorOf(await refresh({ refresh_token: token })), 'invalid_grant')
  })

  const [shop, stock] = ['https://shop.example.com', 'https://stock.example.com']
  for (const [identifier, name, scopes] of [[shop, 'The shop', ['read', 'buy']], [stock, 'The stock', ['read', 'count']]] as const) {
    await service.stores.apis.create({ identifier, name, scopes: [...scopes], tokenLifetime: undefined, clients: [client.id] }, 'admin')
  }
  await service.pulse.refresh()
  const withResources = (resources: string[], changes: Record<string, string> = {}) =>
    `${authorizeUrl(client, changes)}${resources.map(each => `&resource=${encodeURIComponent(each)}`).join('')}`
  const audienceOf = (token: string) => [claimsOf(token)['aud']].flat().sort()

  t.test('P183: a resource that is relative, has a fragment, or is not open to the client is invalid_target', async t => {
    for (const bad of ['/shop', 'shop', `${shop}#x`, `${shop}/`, 'https://other.example', 'HTTPS://shop.example.com', 'https://shop.example.com ', issuer]) {
      t.match(responseOf(await visitor.get(withResources([bad], { scope: 'read' }))), { error: 'invalid_target' }, bad)
    }
    t.match(responseOf(await visitor.get(authorizeUrl(spa, { resource: shop, scope: 'openid' }))), { error: 'invalid_target' }, 'not open to that client')
    t.match(responseOf(await visitor.get(withResources([shop], { scope: 'count' }))), { error: 'invalid_scope' }, 'a scope of another API')
    t.match(responseOf(await visitor.get(withResources([shop], { scope: 'orders:read' }))), { error: 'invalid_scope' }, 'a scope of none')
    t.match(responseOf(await visitor.get(authorizeUrl(client, { scope: 'buy' }))), { error: 'invalid_scope' }, 'the scope of an API without it')
  })

  t.test('P183: tokens are for the resources that were asked for, and later for these or fewer', async t => {
    const who = createVisitor(app)
    const arrived = { client, user, visitor: who, changes: { scope: 'openid offline_access read buy', resource: shop } }
    const tokens = await obtainTokens(app, arrived)
    t.strictSame(audienceOf(tokens.access_token), [shop])
    t.equal(claimsOf(tokens.access_token)['scope'], 'read buy')
    const items = (await service.rooms.consents.list(user.id)).find(({ clientId }) => clientId === client.id)!.items
    for (const item of [`${shop} read`, `${shop} buy`, 'openid']) t.ok(items.includes(item), item)
    t.notOk(items.includes(`${stock} read`), 'each API is consented to by itself')
    t.match(responseOf(await who.get(authorizeUrl(client, { resource: stock, scope: 'read', prompt: 'none' }))), { error: 'consent_required' })

    for (const wide of [stock, 'https://other.example', `${shop}#x`, '/']) {
      t.equal(errorOf(await redeemCode(app, client, { ...await obtainCode(arrived), changes: { resource: wide } })), 'invalid_target', wide)
      t.equal(errorOf(await refresh(tokens, { resource: wide })), 'invalid_target', wide)
    }
    t.equal((await refresh(tokens)).statusCode, 200, 'none of which spent it')
  })

  t.test('C48: the answer says which scopes its access token has, above all when that is none of those asked for', async t => {
    const api = 'https://plain-api.example'
    const mine = await createWebClient(service, { scopes: ['legacy', 'read'], audience: [api] })
    await service.stores.apis.create({ identifier: api, name: 'API', scopes: ['read', 'more'], tokenLifetime: undefined, clients: [client.id, mine.id] }, 'admin')
    await service.pulse.refresh()
    const scopesOf = ({ access_token: token, scope }: CodeTokens) => {
      t.equal(claimsOf(token)['scope'] ?? '', scope, 'as the token itself')
      return scope
    }
    for (const [asked, granted] of [['openid email', ''], ['openid', ''], ['openid email read', 'read'], ['read more', 'read more']] as const) {
      const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope: asked, resource: api } })
      t.equal(scopesOf(tokens), granted, asked)
      t.equal(scopesOf((await refresh(tokens)).json<CodeTokens>()), granted, `${asked}, refreshed`)
    }
    for (const scope of [undefined, ''] as const) {
      const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope, resource: api } })
      for (const each of [tokens, (await refresh(tokens)).json<CodeTokens>()]) t.notOk('scope' in each, 'nothing was asked for')
    }
    const own = await obtainTokens(app, { client: mine, user, visitor, changes: { scope: 'openid legacy read' } })
    t.strictSame([scopesOf(own), claimsOf(own.access_token)['aud']], ['openid legacy read', [api, issuer]], 'the API is the registered audience')
    t.equal(scopesOf((await refresh(own, {}, mine)).json<CodeTokens>()), 'openid legacy read')
    const named = await obtainTokens(app, { client: mine, user, visitor, changes: { scope: 'openid legacy' } })
    t.equal(scopesOf((await refresh(named, { resource: api }, mine)).json<CodeTokens>()), '', 'and by its name it has its own scopes alone')

    const once = await createWebClient(service, { grantTypes: ['authorization_code'] })
    t.match(responseOf(await visitor.get(authorizeUrl(once, { scope: 'offline_access' }))), { error: 'invalid_scope' }, 'nothing of it can be had')
    t.equal(scopesOf(await obtainTokens(app, { client: once, user, visitor, changes: { scope: 'openid offline_access' } })), 'openid')
  })

  t.test('P183: of two resources either can be named when the code is redeemed and at every refresh', async t => {
    const scopes = 'openid offline_access read buy count'
    const who = createVisitor(app)
    const proof = makeProofKey()
    const { code } = responseOf(await walk(who, withResources([shop, stock], { scope: scopes, code_challenge: proof.challenge }), user))
    const first = (await redeemCode(app, client, { code: code!, verifier: proof.verifier, changes: { resource: shop } })).json<CodeTokens>()
    t.strictSame(audienceOf(first.access_token), [shop])
    t.equal(claimsOf(first.access_token)['scope'], 'read buy')
    const second = (await refresh(first, { resource: stock })).json<CodeTokens>()
    t.strictSame(audienceOf(second.access_token), [stock])
    t.equal(claimsOf(second.access_token)['scope'], 'read count')
    const both = (await refresh(second)).json<CodeTokens>()
    t.strictSame(audienceOf(both.access_token), [shop, stock])
    t.equal(errorOf(await refresh(both, { resource: shop, scope: 'count' })), 'invalid_scope')
  })
})
