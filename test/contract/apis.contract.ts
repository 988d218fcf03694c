import type { Test } from 'tap'
import type { NewApi } from '../../src/stores/apis.ts'
import { act, randomId, times, type OpenStores } from './sample.ts'

function sampleApi(changes: Partial<NewApi> = {}): NewApi {
  return {
    identifier: randomId('urn:api:'), name: 'Orders', scopes: ['orders:read', 'orders:write'], tokenLifetime: 300, clients: ['shop', 'till'],
    ...changes
  }
}

export function apisContract(t: Test, open: OpenStores): void {
  const openOne = async () => {
    const stores = await open()
    const find = async (identifier: string) => (await stores.apis.list()).find(api => api.identifier === identifier)
    return { ...stores, find }
  }

  t.test('an API is kept as it was registered, among all in order of creation', async t => {
    const { apis, find } = await openOne()
    const [first, second] = [sampleApi(), sampleApi({ scopes: [], clients: [], tokenLifetime: undefined, statusList: true })]
    for (const api of [first, second]) t.equal(await apis.create(api, 'admin'), true)
    const { createdAt, ...kept } = (await find(first.identifier))!
    t.strictSame(kept, { ...first, statusList: false })
    t.ok(createdAt instanceof Date)
    t.match(await find(second.identifier), second)
    const order = (await apis.list()).map(({ identifier }) => identifier)
    t.ok(order.indexOf(first.identifier) < order.indexOf(second.identifier))
  })

  t.test('of many that take one identifier one succeeds', async t => {
    const { apis } = await openOne()
    const api = sampleApi()
    t.equal((await times(10, () => apis.create(api, 'admin'))).filter(Boolean).length, 1)
  })

  t.test('a change touches what it names', async t => {
    const { apis, find } = await openOne()
    const api = sampleApi()
    await apis.create(api, 'admin')
    let expected: NewApi = { ...api, statusList: false }
    for (const changes of [{ name: 'Stock' }, { scopes: [] }, { clients: ['till'] }, { tokenLifetime: 60 }, { statusList: true }, {}, { tokenLifetime: null }]) {
      t.equal(await apis.change(api.identifier, changes, 'admin'), true)
      const { tokenLifetime = expected.tokenLifetime, ...rest } = changes as Partial<NewApi>
      expected = { ...expected, ...rest, tokenLifetime: tokenLifetime ?? undefined }
      const kept = (await find(api.identifier))!
      t.strictSame(kept, { ...expected, createdAt: kept.createdAt }, JSON.stringify(changes))
    }
    t.equal(await apis.change(`${api.identifier}/`, { name: 'x' }, 'admin'), false)
  })

  t.test('of changes at once to different members none is lost', async t => {
    const { apis, find } = await openOne()
    const api = sampleApi()
    await apis.create(api, 'admin')
    await Promise.all([{ name: 'New' }, { scopes: ['x'] }, { clients: ['y'] }, { tokenLifetime: 20 }]
      .map(changes => apis.change(api.identifier, changes, 'admin')))
    t.match(await find(api.identifier), { name: 'New', scopes: ['x'], clients: ['y'], tokenLifetime: 20 })
  })

  t.test('a deleted API is gone, once', async t => {
    const { apis, find } = await openOne()
    const api = sampleApi()
    await apis.create(api, 'admin')
    t.strictSame((await times(5, () => apis.delete(api.identifier, 'admin'))).filter(Boolean), [true])
    t.equal(await find(api.identifier), undefined)
    t.equal(await apis.create(api, 'admin'), true)
  })

  t.test('every act is in the audit trail, with what the API was or became', async t => {
    const { apis, audit } = await openOne()
    const api = sampleApi()
    await apis.create(api, 'admin')
    await apis.change(api.identifier, { clients: [] }, 'admin')
    await apis.delete(api.identifier, 'admin')
    const details = { scopes: api.scopes, token_lifetime: 300, status_list: false }
    t.match(await audit.list({ limit: 10, subject: api.identifier }), [
      { kind: 'api/deleted', actor: 'admin', details: { ...details, clients: [] } }, { kind: 'api/changed', details: { ...details, clients: [] } },
      { kind: 'api/created', details: { ...details, clients: ['shop', 'till'] } }
    ])
  })

  t.test('every change is counted, so that instances read their APIs again', async t => {
    const { apis, state } = await openOne()
    const api = sampleApi()
    const versions = [(await state.read()).clientsVersion]
    for (const change of [
      () => apis.create(api, 'admin'), () => apis.change(api.identifier, { name: 'x' }, 'admin'), () => apis.delete(api.identifier, 'admin')
    ]) {
      await change()
      versions.push((await state.read()).clientsVersion)
    }
    t.strictSame(versions, [...new Set(versions)].sort((a, b) => a - b))
    t.equal(versions.length, 4)
  })

  t.test('a deleted client is forgotten by every API', async t => {
    const { apis, clients, find } = await openOne()
    const id = randomId('client-')
    await clients.create({
      id, tag: id, name: 'Shop', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [], audience: [], redirectUris: []
    }, 'admin')
    const [listed, other] = [sampleApi({ clients: ['till', id] }), sampleApi()]
    for (const api of [listed, other]) await apis.create(api, 'admin')
    await clients.endEverything(id, act)
    t.match(await find(listed.identifier), { clients: ['till', id] }, 'not by one whose tokens were ended')
    await clients.delete(id, act)
    t.strictSame((await find(listed.identifier))!.clients, ['till'])
    t.strictSame((await find(other.identifier))!.clients, other.clients)
  })
}
