import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import type { NewClient } from '../../src/stores/clients.ts'
import { act, isLive, randomId, sampleGrant, signInAnew, times, type OpenStores } from './sample.ts'

export function sampleClient(id = randomId('client-')): NewClient {
  return {
    id,
    tag: clientTagOf(id),
    name: 'Orders',
    secretHash: randomBytes(32),
    authMethods: ['client_secret_basic'],
    grantTypes: ['client_credentials'],
    scopes: ['orders:read'],
    audience: [],
    redirectUris: []
  }
}

export function clientsContract(t: Test, open: OpenStores): void {
  t.test('a client is found by its id and its tag', async t => {
    const { clients } = await open()
    const client = sampleClient()
    t.equal(await clients.create(client, 'admin'), true)
    t.match(await clients.find(client.id), { ...client, disabledAt: undefined })
    t.match(await clients.list([client.tag]), [{ id: client.id }])
    t.ok((await clients.list()).some(({ id }) => id === client.id))
    t.equal(await clients.find('nobody'), undefined)
  })

  t.test('the built-in client has the tag that its id gives', async t => {
    const { clients } = await open()
    t.match(await clients.list([clientTagOf('countersign')]), [{ id: 'countersign', secretHash: undefined }])
  })

  t.test('of many that take one id one succeeds', async t => {
    const { clients } = await open()
    const id = randomId('client-')
    t.equal((await times(10, () => clients.create(sampleClient(id), 'admin'))).filter(Boolean).length, 1)
  })

  t.test('a secret is replaced only where there is one', async t => {
    const { clients } = await open()
    const [client, publicClient] = [sampleClient(), { ...sampleClient(), secretHash: undefined }]
    const secretHash = randomBytes(32)
    for (const each of [client, publicClient]) await clients.create(each, 'admin')
    t.equal(await clients.replaceSecret(client.id, secretHash, 'admin'), true)
    t.same((await clients.find(client.id))?.secretHash, secretHash)
    t.equal(await clients.replaceSecret(publicClient.id, secretHash, 'admin'), false)
    t.equal(await clients.replaceSecret('nobody', secretHash, 'admin'), false)
  })

  t.test('an end of everything raises the number that tokens of the client must have', async t => {
    const { clients } = await open()
    const client = sampleClient()
    await clients.create(client, 'admin')
    const before = (await clients.find(client.id))!.grantsCutoff
    const entry = (await clients.endEverything(client.id, act))!
    t.match(entry, { target: 'client', value: client.id })
    t.ok(entry.cutoff! > before)
    t.equal((await clients.find(client.id))!.grantsCutoff, entry.cutoff)
    t.equal(await clients.endEverything('nobody', act), undefined)
  })

  t.test('a deleted client takes its grants along, and a new one of its name starts above the cut-off', async t => {
    const stores = await open()
    const client = sampleClient()
    await stores.clients.create(client, 'admin')
    const grant = await signInAnew(stores, sampleGrant({ clientId: client.id }))
    const answers = await times(5, () => stores.clients.delete(client.id, act))
    const [entry, ...more] = answers.filter(answer => answer !== undefined)
    t.match(entry, { target: 'client', value: client.id })
    t.same(more, [])
    t.equal(await isLive(stores, grant.id), undefined)
    t.equal(await stores.clients.create(client, 'admin'), true)
    t.ok((await stores.clients.find(client.id))!.grantsCutoff > entry!.cutoff!)
  })

  t.test('every change is counted, so that instances read their clients again', async t => {
    const { clients, state } = await open()
    const client = sampleClient()
    const versions = [(await state.read()).clientsVersion]
    for (const change of [
      () => clients.create(client, 'admin'), () => clients.replaceSecret(client.id, randomBytes(32), 'admin'),
      () => clients.endEverything(client.id, act), () => clients.delete(client.id, act)
    ]) {
      await change()
      versions.push((await state.read()).clientsVersion)
    }
    t.same(versions, [...new Set(versions)].sort((a, b) => a - b))
  })
}
