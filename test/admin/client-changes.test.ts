import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createDynamicClient } from '../support/authorization.ts'
import { makeSigningKey } from '../support/assertions.ts'
import { postForm } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { secret } from '../support/secrets.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service: { stores } } = opened
  const { call } = await openAdmin(t, opened)
  const web = { grants: ['authorization_code'], redirectUris: ['https://app.example/cb'] }

  /** A client as the admin API makes it from that body, unless another is said. */
  async function make(body: object = web) {
    const id = `c-${randomBytes(6).toString('hex')}`
    const made = await call('POST /admin/clients', { id, ...body })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    const { client_secret: told } = made.body as { client_secret?: string }
    if (told !== undefined) secret(told)
    const change = async (changes: object) => {
      const answer = await call(`PATCH /admin/clients/${id}`, changes)
      if (typeof answer.body['client_secret'] === 'string') secret(answer.body['client_secret'])
      return answer
    }
    return { id, secret: told ?? '', change, read: async () => (await stores.clients.find(id))! }
  }

  const statusOf = async (client: { id: string; secret: string }) =>
    (await postForm(app, { url: '/oauth/token', client, form: { grant_type: 'client_credentials' } })).statusCode

  t.test('what is said changes, and nothing else does', async t => {
    const { id, change, read } = await make({ ...web, name: 'Shop', profile: { isTrusted: true, logoUri: 'https://app.example/logo' } })
    const before = await read()
    t.strictSame(await change({ redirectUris: ['https://app.example/new', 'https://app.example/new'] }), { status: 200, body: { client_id: id } })
    t.same(await read(), { ...before, redirectUris: ['https://app.example/new'] }, 'a list replaces the former one')
    t.match(await stores.audit.list({ limit: 1, subject: id }), [{
      kind: 'client/changed', actor: 'admin',
      details: { before: { redirectUris: ['https://app.example/cb'] }, after: { redirectUris: ['https://app.example/new'] } }
    }])
    t.equal((await change({ profile: { logoUri: null, contacts: ['ops@app.example'] } })).status, 200)
    t.strictSame((await read()).profile, { isTrusted: true, contacts: ['ops@app.example'] }, 'a member of the profile, too')
    t.match(await call(`GET /admin/clients/${id}`), { body: { client_name: 'Shop', trusted: true, redirect_uris: ['https://app.example/new'] } })
  })

  t.test('all that can be said of a client can be changed, and taken away where there may be none', async t => {
    const { jwk } = await makeSigningKey()
    const all = {
      name: 'Anew', grants: ['authorization_code', 'refresh_token'], scopes: ['orders:read'], audience: ['https://stock.example'],
      redirectUris: ['https://a.example/cb', 'com.example.app:/cb'], postLogoutRedirectUris: ['https://a.example/bye'],
      backchannelLogoutUri: 'https://a.example/logout', authMethods: ['private_key_jwt'],
      profile: {
        applicationType: 'native', requirePkce: false, isTrusted: true, jwks: { keys: [jwk] }, acceptsEndpointAudience: true,
        userinfoSignedResponseAlg: 'RS256', backchannelLogoutSessionRequired: true, clientUri: 'https://a.example/', logoUri: 'https://a.example/l',
        policyUri: 'https://a.example/p', tosUri: 'https://a.example/t', contacts: ['ops@a.example']
      }
    }
    const { grants: grantTypes, ...rest } = all
    const { change, read } = await make()
    t.equal((await change(all)).status, 200)
    t.match(await read(), { ...rest, grantTypes, secretHash: undefined }, 'who signs needs no secret any more')
    t.equal((await change({ profile: { jwks: null, jwksUri: 'https://a.example/jwks' } })).status, 200)
    const none = Object.fromEntries(Object.keys(all.profile).map(member => [member, null]))
    t.match(await change({
      scopes: [], audience: [], postLogoutRedirectUris: [], backchannelLogoutUri: null, redirectUris: ['https://a.example/cb'], profile: none
    }), { status: 200 })
    t.match(await read(), {
      name: 'Anew', scopes: [], audience: [], postLogoutRedirectUris: [], backchannelLogoutUri: undefined, redirectUris: ['https://a.example/cb']
    })
    t.strictSame((await read()).profile, { jwksUri: 'https://a.example/jwks' })
  })

  t.test('what a client may not be it may not become: the sentence is that of its making, and nothing changes', async t => {
    const { jwk } = await makeSigningKey()
    const base = { ...web, scopes: ['orders:read'] }
    const changes: object[] = [
      { grants: [] }, { grants: ['password'] }, { grants: ['client_credentials'] }, { redirectUris: [] }, { redirectUris: ['javascript:alert(1)'] },
      { redirectUris: ['https://app.example/cb#x'] }, { redirectUris: ['com.example.app:/cb'] }, { postLogoutRedirectUris: ['http://app.example/'] },
      { backchannelLogoutUri: 'http://app.example/' }, { scopes: ['a b'] }, { scopes: ['revocations:read'] }, { audience: ['a b'] },
      { authMethods: [] }, { authMethods: ['mtls'] }, { authMethods: ['none', 'client_secret_basic'] }, { authMethods: ['private_key_jwt'] },
      { public: true, authMethods: ['client_secret_basic'] }, { public: true, profile: { requirePkce: false } }, { name: '\u202Eabc' },
      { profile: { jwks: { keys: [{ kty: 'EC', d: 'x' }] } } }, { profile: { jwks: { keys: [jwk] }, jwksUri: 'https://a.example/jwks' } },
      { profile: { jwksUri: 'http://a.example/jwks' } }, { profile: { sectorIdentifier: 'a.example' } }, { profile: { logoUri: 'http://a.example/' } },
      { profile: { contacts: Array.from({ length: 11 }, () => 'x') } }, { redirectUris: Array.from({ length: 51 }, (_, at) => `https://app.example/${at}`) }
    ]
    const { id, change, read } = await make(base)
    const [before, { clientsVersion }] = [await read(), await stores.state.read()]
    for (const body of changes) {
      const [asMade, asChanged] = [await call('POST /admin/clients', { ...base, ...body }), await change(body)]
      t.equal(asChanged.status, 400, JSON.stringify(body))
      t.strictSame(asChanged, asMade, JSON.stringify(body))
    }
    for (const body of [{}, { id: 'other' }, { surprise: 1 }, { profile: { surprise: 1 } }, { name: null }, { public: null }, { profile: null },
      { profile: { requirePkce: true } }, { profile: { isTrusted: false } }, { scopes: 'a' }, { redirectUris: null }]) {
      t.match(await change(body), { status: 400, body: { error: /^The member / } }, JSON.stringify(body))
    }
    t.same(await read(), before)
    t.equal((await stores.state.read()).clientsVersion, clientsVersion)
    t.match(await stores.audit.list({ limit: 1, subject: id }), [{ kind: 'client/created' }])
  })

  t.test('a client that gets a use for a secret is told one, once; one that has one keeps it', async t => {
    const service = await make({ grants: ['client_credentials'] })
    t.strictSame(Object.keys((await service.change({ authMethods: ['client_secret_basic'] })).body), ['client_id'])
    t.equal(await statusOf(service), 200, 'the old one')
    t.strictSame((await service.change({ authMethods: ['private_key_jwt'], profile: { jwksUri: 'https://a.example/jwks' } })).body, { client_id: service.id })
    t.equal(await statusOf(service), 401, 'it is gone')
    const { body } = await service.change({ authMethods: ['client_secret_basic'], profile: { jwksUri: null } })
    t.match(body['client_secret'], /^cs_secret_[A-Za-z0-9_-]{43}$/)
    t.equal(await statusOf(service), 401, 'and does not come back')
    t.equal(await statusOf({ ...service, secret: body['client_secret'] as string }), 200)
  })

  t.test('the subjects of users stay, or nothing changes', async t => {
    const pairwise = { ...web, profile: { subjectType: 'pairwise' } }
    const [plain, one, several] = [await make(), await make(pairwise), await make({
      ...pairwise, redirectUris: ['https://a.example/cb', 'https://b.example/cb'], profile: { ...pairwise.profile, sectorIdentifier: 'example' }
    })]
    const refused = { status: 400, body: { error: /another sub.*sector/ } }
    t.match(await plain.change({ profile: { subjectType: 'pairwise' } }), refused)
    t.match(await one.change({ profile: { subjectType: null } }), refused)
    t.match(await one.change({ profile: { sectorIdentifier: 'other.example' } }), refused)
    t.match(await one.change({ redirectUris: ['https://new.example/cb'] }), refused, 'the host is the sector')
    t.match(await several.change({ profile: { sectorIdentifier: 'a.example' } }), refused)
    t.match(await several.change({ profile: { sectorIdentifier: null } }), { status: 400, body: { error: /need a sector identifier/ } })
    t.equal((await one.change({ redirectUris: ['https://app.example/other'] })).status, 200, 'the same host')
    t.equal((await one.change({ redirectUris: ['https://new.example/cb'], profile: { sectorIdentifier: 'app.example' } })).status, 200)
    t.equal((await several.change({ redirectUris: ['https://c.example/cb'] })).status, 200)
    t.match((await one.read()), { redirectUris: ['https://new.example/cb'], profile: { subjectType: 'pairwise', sectorIdentifier: 'app.example' } })
  })

  t.test('only what an operator registered is an operator\'s to change', async t => {
    const { id } = await createDynamicClient(opened.service)
    const before = await stores.clients.find(id)
    t.match(await call(`PATCH /admin/clients/${id}`, { name: 'Mine' }), { status: 403, body: { error: /registered itself/ } })
    t.same(await stores.clients.find(id), before)
    t.match(await call('PATCH /admin/clients/countersign', { name: 'Mine' }), { status: 403, body: { error: /built-in/ } })
    t.match(await call('PATCH /admin/clients/nobody', { name: 'Mine' }), { status: 404, body: { error: /no client with that id/ } })
  })

  t.test('of changes at once to different members none is lost, and a new secret beside them stays', async t => {
    const { id, change, read } = await make({ ...web, postLogoutRedirectUris: ['https://app.example/bye'] })
    const [rotating, ...answers] = await Promise.all([
      call(`POST /admin/clients/${id}/rotate-secret`), change({ name: 'Anew' }), change({ redirectUris: ['https://app.example/2'] }),
      change({ scopes: ['orders:read'] }), change({ profile: { isTrusted: true } }), change({ profile: { logoUri: 'https://app.example/logo' } })
    ])
    t.strictSame(answers.map(({ status }) => status), [200, 200, 200, 200, 200])
    t.match(await read(), {
      name: 'Anew', redirectUris: ['https://app.example/2'], scopes: ['orders:read'], postLogoutRedirectUris: ['https://app.example/bye']
    })
    t.strictSame((await read()).profile, { isTrusted: true, logoUri: 'https://app.example/logo' })
    const told = { id, secret: secret(rotating.body['client_secret'] as string) }
    t.equal((await postForm(app, { url: '/oauth/introspect', client: told, form: { token: 'x' } })).statusCode, 200)
  })

  t.test('of changes at once to the same members one is there in the end, whole, and each that was answered was there once', async t => {
    const { id, change, read } = await make()
    const names = Array.from({ length: 8 }, (_, at) => `n${at}`)
    const answers = await Promise.all(names.map(name => change({ name, scopes: [name], redirectUris: [`https://app.example/${name}`] })))
    const done = names.filter((_, at) => answers[at]!.status === 200)
    t.ok(answers.every(({ status }) => [200, 409].includes(status)))
    const { name, ...rest } = await read()
    t.ok(done.includes(name))
    t.match(rest, { scopes: [name], redirectUris: [`https://app.example/${name}`] })
    const noted = (await stores.audit.list({ limit: 20, subject: id })).filter(({ kind }) => kind === 'client/changed')
    t.strictSame(noted.map(({ details }) => (details as { after: { name: string } }).after.name).toSorted(), done)
  })

  t.test('two changes that are good alone and wrong together are never both made', async t => {
    for (let round = 0; round < 5; round++) {
      const { change, read } = await make({ ...web, redirectUris: ['https://app.example/cb', 'https://app.example/2'], profile: { requirePkce: false } })
      const answers = await Promise.all([change({ public: true, profile: { requirePkce: null } }), change({ profile: { requirePkce: false, isTrusted: true } })])
      t.ok(answers.some(({ status }) => status === 200))
      const { authMethods, profile } = await read()
      t.notOk(authMethods.includes('none') && profile.requirePkce === false, 'no public client without PKCE')
    }
  })
}, { config: { LOG_LEVEL: 'silent' } })
