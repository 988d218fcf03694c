import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { ClientReplacement } from '../../src/stores/client-registrations.ts'
import { sampleClient } from './clients.contract.ts'
import { randomId, sampleGrant, signInAnew, times, type OpenStores } from './sample.ts'

const oneDay = 86_400

type ClientMembers = Omit<ClientReplacement, 'clientId' | 'registrationTokenHash' | 'secretHash'>

const sampleReplacement = (changes: Partial<ClientReplacement> & Pick<ClientReplacement, 'clientId' | 'registrationTokenHash'>): ClientReplacement => ({
  name: 'Anew', authMethods: ['client_secret_post'], grantTypes: ['authorization_code'], scopes: ['openid'],
  redirectUris: ['https://anew.example/cb'], postLogoutRedirectUris: ['https://anew.example/bye'],
  backchannelLogoutUri: 'https://anew.example/logout', profile: { clientUri: 'https://anew.example/' }, secretHash: 'keep', ...changes
})

export function clientRegistrationsContract(t: Test, open: OpenStores): void {
  t.test('a registration is replaced as a whole, by whoever has its token', async t => {
    const { clients, clientRegistrations, audit, state } = await open()
    const registrationTokenHash = randomBytes(32)
    const client = { ...sampleClient(), registrationTokenHash, profile: { logoUri: 'https://old.example/logo' } }
    await clients.create(client, 'client-registration')
    const before = await clients.find(client.id)
    const version = (await state.read()).clientsVersion
    const members: ClientMembers = {
      name: 'Anew', authMethods: ['client_secret_post'], grantTypes: ['authorization_code'], scopes: ['openid'],
      redirectUris: ['https://anew.example/cb'], postLogoutRedirectUris: [], backchannelLogoutUri: undefined, profile: {}
    }
    const replacement = { ...members, clientId: client.id, registrationTokenHash, secretHash: 'keep' as const }
    t.equal(await clientRegistrations.replace({ ...replacement, registrationTokenHash: randomBytes(32) }, 'x'), false)
    t.same(await clients.find(client.id), before, 'another token changes nothing')
    t.equal(await clientRegistrations.replace(replacement, `client:${client.id}`), true)
    t.same(await clients.find(client.id), { ...before, ...members }, 'nothing of the old one is left but its id, secret and age')
    t.ok((await state.read()).clientsVersion > version)
    t.match(await audit.list({ limit: 1, subject: client.id }), [{ kind: 'client/replaced', actor: `client:${client.id}` }])
  })

  t.test('a secret is kept, replaced or taken away', async t => {
    const { clients, clientRegistrations } = await open()
    const registrationTokenHash = randomBytes(32)
    const client = { ...sampleClient(), registrationTokenHash }
    await clients.create(client, 'client-registration')
    const replaceWith = async (secretHash: ClientReplacement['secretHash']) => [
      await clientRegistrations.replace(sampleReplacement({ clientId: client.id, registrationTokenHash, secretHash }), 'x'),
      (await clients.find(client.id))!.secretHash
    ]
    const another = randomBytes(32)
    t.same(await replaceWith('keep'), [true, client.secretHash])
    t.same(await replaceWith(another), [true, another])
    t.same(await replaceWith(undefined), [true, undefined])
    t.same(await replaceWith('keep'), [false, undefined], 'there is none to keep')
  })

  t.test('what an operator registered is nobody\'s to replace', async t => {
    const { clients, clientRegistrations } = await open()
    const client = sampleClient()
    await clients.create(client, 'admin')
    for (const registrationTokenHash of [randomBytes(32), Buffer.alloc(0)]) {
      t.equal(await clientRegistrations.replace(sampleReplacement({ clientId: client.id, registrationTokenHash }), 'x'), false)
    }
    t.equal(await clientRegistrations.replace(sampleReplacement({ clientId: randomId('client_'), registrationTokenHash: randomBytes(32) }), 'x'), false)
  })

  t.test('a client that registered itself and that nobody let in is deleted after its time', async t => {
    const stores = await open()
    const { clients, clientRegistrations, consents } = stores
    const dynamic = () => ({ ...sampleClient(), registrationTokenHash: randomBytes(32) })
    const [unused, granted, agreed] = [dynamic(), dynamic(), dynamic()]
    const operators = sampleClient()
    for (const client of [unused, granted, agreed, operators]) await clients.create(client, 'admin')
    await signInAnew(stores, sampleGrant({ clientId: granted.id }))
    const { userId } = await signInAnew(stores)
    await consents.give({ userId, clientId: agreed.id, items: ['openid'] })
    const exists = async () => Promise.all([unused, granted, agreed, operators].map(async ({ id }) => await clients.find(id) !== undefined))
    await clientRegistrations.pruneUnused(oneDay)
    t.same(await exists(), [true, true, true, true], 'it is too early')
    const pruned = await times(3, () => clientRegistrations.pruneUnused(-1))
    t.ok(pruned.reduce((sum, count) => sum + count) >= 1)
    t.same(await exists(), [false, true, true, true])
  })
}
