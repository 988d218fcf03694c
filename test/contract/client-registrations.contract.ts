import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { ClientReplacement } from '../../src/stores/client-registrations.ts'
import { sampleClient } from './clients.contract.ts'
import { isLive, randomId, sampleGrant, signInAnew, times, type OpenStores } from './sample.ts'

const oneDay = 86_400

type ClientMembers = Omit<ClientReplacement, 'clientId' | 'registrationTokenHash' | 'secretHash' | 'endReason'>

const sampleReplacement = (changes: Partial<ClientReplacement> & Pick<ClientReplacement, 'clientId' | 'registrationTokenHash'>): ClientReplacement => ({
  name: 'Anew', authMethods: ['client_secret_post'], grantTypes: ['authorization_code'], scopes: ['openid'],
  redirectUris: ['https://anew.example/cb'], postLogoutRedirectUris: ['https://anew.example/bye'],
  backchannelLogoutUri: 'https://anew.example/logout', profile: { clientUri: 'https://anew.example/' }, secretHash: 'keep', endReason: undefined, ...changes
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
    const replacement = { ...members, clientId: client.id, registrationTokenHash, secretHash: 'keep' as const, endReason: undefined }
    t.equal(await clientRegistrations.replace({ ...replacement, registrationTokenHash: randomBytes(32) }, 'x'), undefined)
    t.same(await clients.find(client.id), before, 'another token changes nothing')
    t.strictSame(await clientRegistrations.replace(replacement, `client:${client.id}`), { entry: undefined })
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
      await clientRegistrations.replace(sampleReplacement({ clientId: client.id, registrationTokenHash, secretHash }), 'x') !== undefined,
      (await clients.find(client.id))!.secretHash
    ]
    const another = randomBytes(32)
    t.same(await replaceWith('keep'), [true, client.secretHash])
    t.same(await replaceWith(another), [true, another])
    t.same(await replaceWith(undefined), [true, undefined])
    t.same(await replaceWith('keep'), [false, undefined], 'there is none to keep')
  })

  t.test('with its last proof a client loses what it had been granted, once, however many take it away', async t => {
    const stores = await open()
    const { clients, clientRegistrations, audit } = stores
    const registrationTokenHash = randomBytes(32)
    const client = { ...sampleClient(), registrationTokenHash }
    await clients.create(client, 'client-registration')
    const grant = await signInAnew(stores, sampleGrant({ clientId: client.id }))
    const asPublic = sampleReplacement({
      clientId: client.id, registrationTokenHash, authMethods: ['none'], secretHash: undefined, endReason: 'client-made-public'
    })
    const replaced = await times(5, () => clientRegistrations.replace(asPublic, 'x'))
    const [entry, ...more] = replaced.flatMap(outcome => outcome?.entry ?? [])
    t.match(entry, { target: 'client', value: client.id, reason: 'client-made-public' })
    t.same(more, [])
    t.equal((await clients.find(client.id))!.grantsCutoff, entry!.cutoff)
    t.equal(await isLive(stores, grant.id), false)
    const kinds = (await audit.list({ limit: 20, subject: client.id })).map(({ kind }) => kind)
    t.equal(kinds.filter(kind => kind === 'revocation/client').length, 1)
    const young = await signInAnew(stores, sampleGrant({ clientId: client.id }))
    t.strictSame(await clientRegistrations.replace(asPublic, 'x'), { entry: undefined })
    t.equal(await isLive(stores, young.id), true, 'what was granted without proof stands')
  })

  t.test('what an operator registered is nobody\'s to replace', async t => {
    const { clients, clientRegistrations } = await open()
    const client = sampleClient()
    await clients.create(client, 'admin')
    for (const registrationTokenHash of [randomBytes(32), Buffer.alloc(0)]) {
      t.equal(await clientRegistrations.replace(sampleReplacement({ clientId: client.id, registrationTokenHash }), 'x'), undefined)
    }
    t.equal(await clientRegistrations.replace(sampleReplacement({ clientId: randomId('client_'), registrationTokenHash: randomBytes(32) }), 'x'), undefined)
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
