import type { Test } from 'tap'
import { grantIdFrom } from '../../src/protocol/identifiers.ts'
import { act, addUser, isLive, openBrowser, randomId, sampleGrant, sampleRedemption, times, type OpenStores } from './sample.ts'

const clientId = 'countersign'
const rounds = 10

/** What every ConsentStore must do. */
export function consentsContract(t: Test, open: OpenStores): void {
  t.test('consents add up, and 20 at once lose none', async t => {
    const stores = await open()
    const { id: userId } = await addUser(stores)
    await times(20, place => stores.consents.give({ userId, clientId, items: ['openid', `scope-${place}`] }))
    const [consent, ...others] = await stores.consents.list(userId)
    t.equal(others.length, 0)
    t.match(consent, { clientId, clientName: 'Countersign' })
    t.equal(consent!.items.length, 21)
    t.equal(await stores.consents.give({ userId, clientId: randomId('gone-'), items: [] }), false)
  })

  t.test('a code becomes a grant only while the consent stands that it was issued on', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { session, cookieHash } = await openBrowser(stores, user)
    const granted = { userId: user.id, sessionId: session.id }
    const look = async () => (await stores.authorizations.look(cookieHash, clientId))!
    const redeem = async (consentNumber: number) =>
      stores.grants.redeem(await sampleRedemption(stores, granted, { consentNumber }))
    t.match(await look(), { consented: [], consentNumber: 0 })
    t.equal(await redeem(0), 'dead')
    await stores.consents.give({ userId: user.id, clientId, items: ['openid', 'email'] })
    const { consentNumber, consented } = await look()
    t.same([...consented].sort(), ['email', 'openid'])
    t.equal(await redeem(consentNumber), 'redeemed')
    for (const other of [0, consentNumber - 1, consentNumber + 1]) t.equal(await redeem(other), 'dead')
  })

  t.test('withdrawing ends the grants to that client, and no others', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { session } = await openBrowser(stores, user)
    const granted = { userId: user.id, sessionId: session.id }
    const other = randomId('client-')
    await stores.clients.create({
      id: other, tag: other, name: 'Other', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [], audience: [],
      redirectUris: []
    }, 'admin')
    const [ours, theirs] = [
      await sampleRedemption(stores, granted), await sampleRedemption(stores, granted, { grant: sampleGrant({ clientId: other }) })
    ]
    for (const redemption of [ours, theirs]) t.equal(await stores.grants.redeem(redemption), 'redeemed')
    t.equal(await stores.consents.withdraw(user.id, clientId, act), undefined, 'there was none')
    await stores.consents.give({ userId: user.id, clientId, items: ['openid'] })
    const [id, kept] = [ours, theirs].map(({ number, grant }) => grantIdFrom(number, grant.idRandom)) as [string, string]
    const entries = await stores.consents.withdraw(user.id, clientId, act)
    t.same(entries?.map(({ target, value }) => [target, value]), [['grant', id]])
    t.equal(await isLive(stores, id), false)
    t.equal(await isLive(stores, kept), true)
    t.same(await stores.consents.list(user.id), [])
  })

  t.test('a code of before a withdrawal stays dead when the same is allowed again', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { session, cookieHash } = await openBrowser(stores, user)
    const consent = { userId: user.id, clientId, items: ['openid'] }
    const sample = async () => {
      const { consentNumber } = (await stores.authorizations.look(cookieHash, clientId))!
      return sampleRedemption(stores, { userId: user.id, sessionId: session.id }, { consentNumber })
    }
    await stores.consents.give(consent)
    const [before, meanwhile] = [await sample(), await sample()]
    await stores.consents.give({ ...consent, items: ['email'] })
    t.equal(await stores.grants.redeem(meanwhile), 'redeemed', 'a wider consent is the same consent')
    await stores.consents.withdraw(user.id, clientId, act)
    await stores.consents.give(consent)
    t.equal(await stores.grants.redeem(before), 'dead')
    t.equal(await stores.grants.redeem(await sample()), 'redeemed')
  })

  t.test('a redemption that races a withdrawal leaves no live grant', async t => {
    const stores = await open()
    for (let round = 0; round < rounds; round++) {
      const user = await addUser(stores)
      const { session, cookieHash } = await openBrowser(stores, user)
      await stores.consents.give({ userId: user.id, clientId, items: ['openid'] })
      const { consentNumber } = (await stores.authorizations.look(cookieHash, clientId))!
      const redemptions = await times(6, () =>
        sampleRedemption(stores, { userId: user.id, sessionId: session.id }, { consentNumber }))
      await Promise.all([
        ...redemptions.slice(3).map(stores.grants.redeem), stores.consents.withdraw(user.id, clientId, act),
        ...redemptions.slice(0, 3).map(stores.grants.redeem)
      ])
      for (const { number, grant } of redemptions) t.not(await isLive(stores, grantIdFrom(number, grant.idRandom)), true)
    }
  })
}
