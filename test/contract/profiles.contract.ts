import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import { addUser, randomId, redeemAnew, sampleGrant, signInAnew, type OpenStores } from './sample.ts'

export function profilesContract(t: Test, open: OpenStores): void {
  t.test('a change sets what it names, removes what is null and leaves the rest', async t => {
    const stores = await open()
    const { users, profiles, audit } = stores
    const { id } = await addUser(stores)
    const before = (await users.find({ id }))!
    t.match(before, { name: undefined, emailVerified: false, updatedAt: Date })
    t.strictSame(before.claims, {})
    const address = { locality: 'London', country: 'GB' }
    t.equal(await profiles.set(id, { name: 'Ada', emailVerified: true, claims: { given_name: 'Ada', nickname: 'A', address } }, 'admin'), true)
    const set = (await users.find({ id }))!
    t.match(set, { name: 'Ada', emailVerified: true })
    t.strictSame(set.claims, { given_name: 'Ada', nickname: 'A', address })
    t.ok(set.updatedAt >= before.updatedAt)
    await profiles.set(id, { claims: { nickname: null, address: { country: 'FR' }, phone_number_verified: false } }, 'admin')
    const changed = (await users.find({ id }))!
    t.match(changed, { name: 'Ada', emailVerified: true })
    t.strictSame(changed.claims, { given_name: 'Ada', address: { country: 'FR' }, phone_number_verified: false })
    await profiles.set(id, { name: null, emailVerified: false }, 'admin')
    t.match(await users.find({ id }), { name: undefined, emailVerified: false, claims: { given_name: 'Ada' } })
    t.equal(await profiles.set('usr_nobody', { name: 'x' }, 'admin'), false)
    const events = (await audit.list({ limit: 9, subject: id })).filter(({ kind }) => kind === 'user/profile-set')
    t.match(events.map(({ actor, details }) => [actor, details['claims']]), [
      ['admin', 'name email_verified'], ['admin', 'nickname address phone_number_verified'],
      ['admin', 'name email_verified given_name nickname address']
    ])
    t.notMatch(JSON.stringify(events), /Ada|London/, 'the values are nobody else\'s')
  })

  t.test('two changes at once both come about', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    const names = ['given_name', 'family_name', 'nickname', 'gender', 'zoneinfo', 'locale'] as const
    await Promise.all(names.map(name => stores.profiles.set(id, { claims: { [name]: name } }, 'admin')))
    t.strictSame((await stores.users.find({ id }))!.claims, Object.fromEntries(names.toSorted().map(name => [name, name])))
  })

  t.test('a grant tells who it is about, and what its client asked for', async t => {
    const stores = await open()
    const signedIn = await signInAnew(stores)
    const user = (await stores.users.find({ id: signedIn.userId }))!
    const claims = { userinfo: { nickname: { essential: true }, name: null } }
    const { email, emailVerified, name, updatedAt } = user
    const granted = await redeemAnew(stores, signedIn, { subject: 'pws_x', claims })
    t.strictSame(await stores.profiles.ofGrant(granted), {
      user: { email, emailVerified, name, claims: {}, updatedAt }, subject: 'pws_x', claims, signedResponseAlg: undefined,
      head: await stores.journal.head()
    })
    t.match(await stores.profiles.ofGrant(signedIn.id), { subject: signedIn.userId, claims: undefined })
    t.equal(await stores.profiles.ofGrant('AAAAAAAAAAAAAAAAAAAAAA'), undefined)
  })

  t.test('a grant tells how its client wants the answer signed', async t => {
    const stores = await open()
    const signedIn = await signInAnew(stores)
    const clientId = randomId('client-')
    await stores.clients.create({
      id: clientId, tag: clientTagOf(clientId), name: 'App', secretHash: randomBytes(32), authMethods: ['client_secret_basic'],
      grantTypes: [], scopes: [], audience: [], redirectUris: [], profile: { userinfoSignedResponseAlg: 'RS256' }
    }, 'admin')
    const granted = await redeemAnew(stores, signedIn, { grant: sampleGrant({ clientId }) })
    t.match(await stores.profiles.ofGrant(granted), { signedResponseAlg: 'RS256' })
  })
}
