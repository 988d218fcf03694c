import t from 'tap'
import type { NewApi } from '../../src/stores/apis.ts'
import type { NewClient } from '../../src/stores/clients.ts'
import { createClient, createGrant, postForm, type GrantRequest, type TestClient } from '../support/clients.ts'
import { onEachStore, type OpenedService } from '../support/service.ts'
import { claimsOf, signInAnew } from '../support/users.ts'

const url = '/oauth/token'

interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
  scope?: string
}

function openWorld({ app, service }: OpenedService) {
  let made = 0
  /** An API of its own name, open to these clients. */
  async function register(clients: TestClient[], changes: Partial<NewApi> = {}): Promise<string> {
    const identifier = changes.identifier ?? `https://api-${++made}.example/v1`
    await service.stores.apis.create({
      identifier, name: 'API', scopes: ['read', 'write'], tokenLifetime: undefined, clients: clients.map(({ id }) => id), ...changes
    }, 'admin')
    await service.pulse.refresh()
    return identifier
  }
  const encode = (pairs: Array<[string, string]>) => new URLSearchParams(pairs).toString()
  const ask = (client: TestClient, resources: string[], more: Record<string, string> = {}) => postForm(app, {
    url, client,
    form: encode([['grant_type', 'client_credentials'], ...resources.map(each => ['resource', each] as [string, string]), ...Object.entries(more)])
  })
  const refresh = (client: TestClient, refreshToken: string, request: { resources?: string[]; scope?: string } = {}) => postForm(app, {
    url, client, form: encode([
      ['grant_type', 'refresh_token'], ['refresh_token', refreshToken],
      ...(request.resources ?? []).map(each => ['resource', each] as [string, string]),
      ...(request.scope === undefined ? [] : [['scope', request.scope] as [string, string]])
    ])
  })
  async function begin(client: TestClient, changes: Partial<GrantRequest>) {
    const user = await signInAnew(app, service)
    return { user, ...await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId, ...changes }) }
  }
  const shop = (changes: Partial<NewClient> = {}) => createClient(service, { scopes: ['read', 'own'], ...changes })
  return { register, ask, refresh, begin, shop }
}

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened
  const { register, ask, refresh, begin, shop } = openWorld(opened)

  t.test('P183: a token for an API has exactly its audience, its scopes and its lifetime', async t => {
    const client = await shop()
    const api = await register([client], { tokenLifetime: 60 })
    const answer = await ask(client, [api])
    t.equal(answer.statusCode, 200)
    const body = answer.json<Tokens>()
    t.match(body, { token_type: 'Bearer', expires_in: 60, scope: 'read' })
    const claims = claimsOf(body.access_token) as { iat: number; exp: number }
    t.match(claims, { aud: api, scope: 'read', sub: client.id, client_id: client.id, iss: issuer })
    t.equal(claims.exp - claims.iat, 60)
    t.match((await ask(client, [])).json(), { expires_in: 600, scope: 'read own' }, 'without a resource nothing is as before')
    t.match((await ask(client, [''])).json(), { scope: 'read own' }, 'an empty one counts as absent')
  })

  t.test('no lifetime of an API makes a token live longer than the one in force', async t => {
    const client = await shop()
    // As registered under a longer ACCESS_TOKEN_LIFETIME.
    const api = await register([client], { tokenLifetime: 5000 })
    const body = (await ask(client, [api])).json<Tokens>()
    const claims = claimsOf(body.access_token) as { iat: number; exp: number }
    t.strictSame([body.expires_in, claims.exp - claims.iat], [600, 600])
  })

  t.test('P183: several resources make one token for all of them, with the shortest lifetime', async t => {
    const client = await shop({ scopes: ['read', 'count', 'own'] })
    const [one, two] = [await register([client], { tokenLifetime: 90 }), await register([client], { scopes: ['count'], tokenLifetime: 30 })]
    const body = (await ask(client, [one, two, one])).json<Tokens>()
    t.equal(body.expires_in, 30)
    t.match(claimsOf(body.access_token), { aud: [one, two], scope: 'read count' })
  })

  t.test('P183: what is no resource for this client is invalid_target, however it is spelled', async t => {
    const [client, other] = [await shop(), await shop()]
    const [api, hidden] = [await register([client]), await register([other])]
    const long = await register([client], { identifier: 'https://orders.example' })
    const wrong: string[][] = [
      [hidden], [api, hidden], [hidden, api], [`${api}/`], [api.toUpperCase()], [`${api}#x`], [`${api}#`], [api.replace('v1', '%76%31')],
      ['v1'], ['/v1'], ['//orders.example'], [`${long}/`], [`${long}:443`], ['https://ORDERS.example'], ['https://unknown.example'], [issuer],
      [`${api} ${hidden}`], [`${api} `], [' '], [`${api}\t`], ['x'.repeat(5000)], Array.from({ length: 1000 }, (_, at) => `urn:x:${at}`),
      ['__proto__'], ['ключ']
    ]
    for (const resources of wrong) {
      const answer = await ask(client, resources)
      t.equal(answer.statusCode, 400, resources[0]!)
      t.strictSame(Object.keys(answer.json<object>()), ['error', 'error_description'])
      t.match(answer.json(), { error: 'invalid_target' }, resources[0]!.slice(0, 60))
      t.notMatch(answer.body, /https?:|urn:|v1/)
    }
    t.equal((await ask(client, Array<string>(1000).fill(api))).json<Tokens>().scope, 'read', 'a thousand times the same is once')
  })

  t.test("P183: a scope that is not the API's, or not the client's, is invalid_scope", async t => {
    const client = await shop({ scopes: ['read', 'own', 'openid'] })
    const api = await register([client])
    for (const scope of ['write', 'own', 'read own', 'openid', 'read  write', 'a"b', 'READ']) {
      t.match((await ask(client, [api], { scope })).json(), { error: 'invalid_scope' }, scope)
    }
    t.match((await ask(client, [api], { scope: 'read' })).json(), { scope: 'read' })
    const reader = await shop({ scopes: ['own'] })
    const open = await register([reader])
    t.match((await ask(reader, [], { scope: 'read' })).json(), { error: 'invalid_scope' }, 'the scope of an API without the API')
    const body = (await ask(reader, [open])).json<Tokens>()
    t.notOk('scope' in body || 'scope' in claimsOf(body.access_token), 'none of its scopes is the client\'s')
  })

  t.test('C52: a resource may repeat, nothing else may', async t => {
    const client = await shop()
    const api = await register([client])
    const form = `grant_type=client_credentials&resource=${encodeURIComponent(api)}&resource=${encodeURIComponent(api)}`
    t.equal((await postForm(app, { url, client, form })).statusCode, 200)
    for (const more of ['scope=read&scope=read', 'audience=a&audience=a', 'Resource=a&Resource=a']) {
      t.match((await postForm(app, { url, client, form: `${form}&${more}` })).json(), { error: 'invalid_request' }, more)
    }
  })

  t.test('a client that is taken off an API gets no further token for it, at once', async t => {
    const client = await shop()
    const api = await register([client])
    const token = (await ask(client, [api])).json<Tokens>().access_token
    await service.stores.apis.change(api, { clients: [] }, 'admin')
    await service.pulse.refresh()
    t.match((await ask(client, [api])).json(), { error: 'invalid_target' })
    const server = await createClient(service, { audience: [api] })
    const introspect = () => postForm(app, { url: '/oauth/introspect', client: server, form: { token } })
    t.match((await introspect()).json(), { active: true, aud: api }, 'what was issued runs its time')
    await service.stores.apis.delete(api, 'admin')
    await service.pulse.refresh()
    t.match((await introspect()).json(), { active: true, aud: api })
  })

  t.test("J121: an API's own resource server learns of tokens for it, and of no others", async t => {
    const client = await shop()
    const [api, other] = [await register([client]), await register([client])]
    const server = await createClient(service, { audience: [api] })
    const introspect = async (resources: string[]) => {
      const token = (await ask(client, resources)).json<Tokens>().access_token
      return (await postForm(app, { url: '/oauth/introspect', client: server, form: { token } })).json<object>()
    }
    t.match(await introspect([api]), { active: true, aud: api, scope: 'read', client_id: client.id })
    t.match(await introspect([other, api]), { active: true, aud: [other, api] })
    t.strictSame(await introspect([other]), { active: false })
    t.strictSame(await introspect([]), { active: false })
  })

  t.test('a token for an API opens nothing of the service itself', async t => {
    const client = await shop({ scopes: ['read', 'revocations:read'] })
    const api = await register([client])
    const look = async (resources: string[]) => {
      const token = (await ask(client, resources)).json<Tokens>().access_token
      return app.inject({ url: '/revocations/x', headers: { authorization: `Bearer ${token}` } })
    }
    t.match((await look([api])).json(), { error: 'invalid_token' })
    t.not((await look([])).statusCode, 401)
  })

  t.test('P183: a refresh narrows this one token to a resource, and the next has everything again', async t => {
    const client = await shop()
    const [one, two] = [await register([client], { tokenLifetime: 90 }), await register([client], { scopes: ['read', 'count'] })]
    const granted = await begin(client, { audience: [one, two, issuer], scopes: ['openid', 'read', 'write', 'count'] })
    const narrow = async (token: string, request: Parameters<typeof refresh>[2]) => {
      const body = (await refresh(client, token, request)).json<Tokens>()
      const { aud, scope } = claimsOf(body.access_token)
      return { ...body, aud, scope }
    }
    const first = await narrow(granted.refreshToken, { resources: [one] })
    t.match(first, { aud: one, scope: 'read write', expires_in: 90 })
    const second = await narrow(first.refresh_token, { resources: [two, issuer], scope: 'openid count' })
    t.match(second, { aud: [two, issuer], scope: 'openid count', expires_in: 600 })
    const third = await narrow(second.refresh_token, {})
    t.match(third, { aud: [one, two, issuer], scope: 'openid read write count', expires_in: 90 })
    const late = await narrow(second.refresh_token, { resources: [two] })
    t.match(late, { aud: two, scope: 'read count', refresh_token: third.refresh_token }, 'a retry may ask for something else')
  })

  t.test('C59, P183: a refresh for what was not granted is refused and spends nothing', async t => {
    const [client, other] = [await shop(), await shop()]
    const [one, two] = [await register([client]), await register([client], { scopes: ['count'] })]
    const [ungranted, hidden] = [await register([client]), await register([other])]
    const granted = await begin(client, { audience: [one, two], scopes: ['openid', 'read', 'count'] })
    const wrong: Array<[string, string[], string?]> = [
      ['invalid_target', [ungranted]], ['invalid_target', [one, ungranted]], ['invalid_target', [hidden]], ['invalid_target', [issuer]],
      ['invalid_target', [`${one}/`]], ['invalid_target', [`${one}#x`]], ['invalid_target', ['v1']], ['invalid_target', [one.toUpperCase()]],
      ['invalid_scope', [one], 'count'], ['invalid_scope', [one], 'write'], ['invalid_scope', [one], 'openid'], ['invalid_scope', [], 'write']
    ]
    for (const [error, resources, scope] of wrong) {
      const answer = await refresh(client, granted.refreshToken, { resources, ...scope !== undefined && { scope } })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { error }, `${resources.join()} ${scope}`)
    }
    t.match(await service.stores.grants.find(granted.grant.id), { generation: 1, live: true })
    const body = (await refresh(client, granted.refreshToken)).json<Tokens>()
    t.match(claimsOf(body.access_token), { aud: [one, two], scope: 'read count' }, 'what is about the user is for the issuer alone')
  })

  t.test('a grant gets no further token for an API that is gone or closed, and the others go on by name', async t => {
    const client = await shop({ audience: ['https://mine.example'] })
    const [one, two] = [await register([client]), await register([client])]
    const granted = await begin(client, { audience: [one, two, 'https://mine.example'], scopes: ['read'] })
    const next = (await refresh(client, granted.refreshToken)).json<Tokens>().refresh_token
    await service.stores.apis.change(one, { clients: [] }, 'admin')
    await service.pulse.refresh()
    t.match((await refresh(client, next)).json(), { error: 'invalid_target' })
    t.match((await refresh(client, next, { resources: [one] })).json(), { error: 'invalid_target' })
    t.match(await service.stores.grants.find(granted.grant.id), { generation: 2 }, 'which spends nothing')
    const kept = (await refresh(client, next, { resources: [two] })).json<Tokens>()
    t.match(claimsOf(kept.access_token), { aud: two, scope: 'read' })
    await service.stores.apis.change(one, { clients: [client.id] }, 'admin')
    await service.pulse.refresh()
    t.equal((await refresh(client, kept.refresh_token)).statusCode, 200, 'it was only closed')
    t.equal((await service.stores.grants.find(granted.grant.id))!.live, true, 'and nothing of that was a replay')
  })

  t.test('of fifty refreshes at once for different resources all leave with the one successor', async t => {
    const client = await shop()
    const apis = [await register([client]), await register([client]), await register([client])]
    const granted = await begin(client, { audience: apis, scopes: ['read'] })
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => refresh(client, granted.refreshToken, { resources: [apis[at % 3]!] })))
    const bodies = answers.map(answer => answer.json<Tokens>())
    t.equal(new Set(bodies.map(body => body.refresh_token)).size, 1)
    bodies.forEach((body, at) => t.equal(claimsOf(body.access_token)['aud'], apis[at % 3]))
  })
}, { config: { REFRESH_GRACE: '60' } })
