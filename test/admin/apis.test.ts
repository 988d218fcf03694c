import t from 'tap'
import { basic, createClient, postForm } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened
  const { call } = await openAdmin(t, opened)
  const client = await createClient(service, { scopes: ['orders:read'] })
  const pathOf = (identifier: string) => `/admin/apis/${encodeURIComponent(identifier)}`
  const ask = (resource: string) => postForm(app, { url: '/oauth/token', client, form: { grant_type: 'client_credentials', resource } })

  t.test('P183: a registered API gets tokens of its own at once, until it is deleted', async t => {
    const identifier = 'https://orders.example/v1?a=b'
    t.match((await ask(identifier)).json(), { error: 'invalid_target' })
    t.strictSame(await call('POST /admin/apis', {
      identifier, name: 'Orders', scopes: ['orders:read', 'orders:write', 'orders:read'], tokenLifetime: 60, clients: [client.id, client.id], statusList: true
    }), { status: 201, body: { identifier } })
    const answer = (await ask(identifier)).json<{ access_token: string }>()
    t.match(answer, { expires_in: 60, scope: 'orders:read' })
    t.match(claimsOf(answer.access_token), { aud: identifier })
    t.match((await call('GET /admin/apis')).body, { apis: [{
      identifier, name: 'Orders', scope: 'orders:read orders:write', token_lifetime: 60, clients: [client.id], status_list: true, created_at: String
    }] })
    t.match(await call('POST /admin/apis', { identifier }), { status: 409, body: { code: 'CONFLICT' } })

    t.match(await call(`POST ${pathOf(identifier)}`, { tokenLifetime: null, scopes: ['orders:write'] }), { status: 200, body: { identifier } })
    t.match((await ask(identifier)).json(), { expires_in: 600, scope: undefined })
    t.match(await call(`POST ${pathOf(identifier)}`, { statusList: false }), { status: 200 })
    t.match((await call('GET /admin/apis')).body, { apis: [{ identifier, status_list: false, clients: [client.id] }] })
    t.match(await call(`POST ${pathOf(identifier)}`, { statusList: 'on' }), { status: 400 })
    t.match(await call(`POST ${pathOf(identifier)}`, { clients: [] }), { status: 200 })
    t.match((await ask(identifier)).json(), { error: 'invalid_target' })

    t.match(await call(`DELETE ${pathOf(identifier)}`), { status: 200, body: { identifier } })
    for (const route of ['DELETE', 'POST']) {
      t.match(await call(`${route} ${pathOf(identifier)}`, route === 'POST' ? { name: 'x' } : undefined), { status: 404, body: { code: 'NOT_FOUND' } })
    }
    t.match(await service.stores.audit.list({ limit: 1, subject: identifier }), [{ kind: 'api/deleted', actor: 'admin' }])
  })

  t.test('the longest and oddest identifier can be changed and deleted by its path', async t => {
    const identifier = `urn:x:${"%2F/?&=+@!$'()*,;[]%25".repeat(9)}`.slice(0, 200).replace(/%.?$/, '')
    t.equal((await call('POST /admin/apis', { identifier })).status, 201)
    t.match(await call(`POST ${pathOf(identifier)}`, { name: 'Odd' }), { status: 200, body: { identifier } })
    t.match(await call(`DELETE ${pathOf(identifier)}`), { status: 200, body: { identifier } })
  })

  t.test('what an API may not be is refused with the rule', async t => {
    const fine = { identifier: 'urn:fine', name: 'Fine', scopes: ['x'], clients: [client.id], tokenLifetime: 10 }
    t.equal((await call('POST /admin/apis', fine)).status, 201)
    const shared: Array<[object, RegExp]> = [
      [{ scopes: ['a b'] }, /scope is visible/], [{ scopes: ['a"'] }, /scope is visible/], [{ scopes: ['openid'] }, /belong to Countersign/],
      [{ scopes: ['x', 'offline_access'] }, /belong to Countersign/], [{ scopes: ['revocations:read'] }, /belong to Countersign/],
      [{ scopes: ['countersign:x'] }, /belong to Countersign/],
      [{ scopes: Array.from({ length: 10 }, (_, at) => `${at}`.repeat(150)) }, /1,000/],
      [{ clients: [client.id, 'nobody'] }, /clients does not exist/], [{ clients: ['countersign'] }, /FIRST_PARTY_AUDIENCES/],
      [{ tokenLifetime: 601 }, /10 seconds to ACCESS_TOKEN_LIFETIME, which is 600/], [{ tokenLifetime: 9 }, /10 seconds/], [{ tokenLifetime: -1 }, /10 seconds/],
      [{ tokenLifetime: 1.5 }, /body|member/], [{ tokenLifetime: '60' }, /body|member/], [{ name: '' }, /body|member/], [{ surprise: 1 }, /body|member/], [{ clients: 'x' }, /body|member/]
    ]
    const identifiers: Array<[object, RegExp]> = [
      [{ identifier: issuer }, /issuer is no API/], [{ identifier: 'orders' }, /absolute URI/], [{ identifier: 'https://a.example#x' }, /fragment/],
      [{ identifier: 'https://a b' }, /absolute URI/], [{ identifier: `urn:${'x'.repeat(200)}` }, /200 characters/], [{}, /body|member/]
    ]
    const cases = [
      ...identifiers.map(([body, rule]) => ['POST /admin/apis', body, rule] as const),
      ...shared.map(([body, rule]) => ['POST /admin/apis', { identifier: 'urn:wrong', ...body }, rule] as const),
      ...shared.map(([body, rule]) => [`POST ${pathOf('urn:fine')}`, body, rule] as const),
      [`POST ${pathOf('urn:fine')}`, {}, /body|member/], [`POST ${pathOf('urn:fine')}`, { identifier: 'urn:other' }, /body|member/]
    ] as const
    for (const [route, body, rule] of cases) {
      const answer = await call(route, body)
      t.equal(answer.status, 400, JSON.stringify(body).slice(0, 80))
      t.match(answer.body['error'], rule)
    }
    const { apis } = (await call('GET /admin/apis')).body as { apis: Array<{ identifier: string }> }
    t.match(apis, [{ ...fine, scopes: undefined, tokenLifetime: undefined, scope: 'x', token_lifetime: 10 }], 'nothing came of any of them')
  })

  t.test('a deleted client is on no list any more, whoever takes its id', async t => {
    const identifier = 'urn:once'
    const made = async () => (await call('POST /admin/clients', { id: 'once', grants: ['client_credentials'] })).body['client_secret'] as string
    const askAs = async (secret: string) => (await app.inject({
      method: 'POST', url: '/oauth/token', payload: `grant_type=client_credentials&resource=${identifier}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic({ id: 'once', secret }) }
    })).statusCode
    const first = await made()
    await call('POST /admin/apis', { identifier, clients: ['once'] })
    t.equal(await askAs(first), 200)
    t.equal((await call('DELETE /admin/clients/once')).status, 200)
    t.equal(await askAs(await made()), 400)
  })
})
