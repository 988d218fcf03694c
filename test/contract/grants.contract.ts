import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { grantIdFrom } from '../../src/protocol/identifiers.ts'
import type { GrantState, Rotation } from '../../src/stores/grants.ts'
import type { PostgresStores } from '../../src/stores/postgres/stores.ts'
import {
  act, addUser, isLive, openBrowser, proofOf, randomId, rotationOf, sampleGrant, sampleRedemption, signInAnew, takeNumber,
  times, type OpenStores
} from './sample.ts'

const rounds = 15

export function grantsContract(t: Test, open: OpenStores): void {
  rotationContract(t, open)
  redemptionContract(t, open)

  t.test('a grant is revoked once', async t => {
    const stores = await open()
    const grant = await signInAnew(stores)
    const answers = await times(20, () => stores.grants.revoke(grant.id, act))
    t.equal(answers.filter(Boolean).length, 1)
    t.match(answers.find(Boolean), { target: 'grant', value: grant.id, cutoff: undefined, reason: 'test' })
    t.equal(await stores.grants.revoke('no-such-grant', act), undefined)
  })

  t.test('owners are told of the grants that exist', async t => {
    const stores = await open()
    const [one, other] = [await signInAnew(stores), await signInAnew(stores)]
    await stores.grants.revoke(other.id, act)
    const owners = await stores.grants.findOwners([one.id, 'no-such-grant', other.id])
    const ownerOf = ({ id, subject, sessionId, clientId }: GrantState) => ({ grantId: id, subject, sessionId, clientId })
    t.same(new Set(owners), new Set([ownerOf(one), ownerOf(other)]), 'those that ended too')
    t.same(await stores.grants.findOwners([]), [])
  })
}

function rotationContract(t: Test, open: OpenStores): void {
  t.test('of 100 rotations at once one wins and the generation moves by one', async t => {
    const stores = await open()
    const grant = await signInAnew(stores)
    const answers = await times(100, () => stores.grants.rotate(rotationOf(grant)))
    const winners = answers.filter(answer => answer !== undefined)
    t.same(winners, [{ ...grant, generation: 2, macKid: 'mac-2' }])
    t.match(await stores.grants.find(grant.id), { generation: 2, macKid: 'mac-2' })
  })

  t.test('the ages of the last eight rotations are kept, newest first', async t => {
    const stores = await open()
    let grant = await signInAnew(stores)
    t.same((await stores.grants.find(grant.id))!.rotationAges, [])
    for (let turn = 0; turn < 10; turn++) grant = (await stores.grants.rotate(rotationOf(grant)))!
    const { rotationAges, generation } = (await stores.grants.find(grant.id))!
    t.equal(generation, 11)
    t.equal(rotationAges.length, 8)
    t.same(rotationAges, [...rotationAges].sort((a, b) => a - b))
    t.ok(rotationAges[0]! >= 0 && rotationAges[7]! < 60)
  })

  const refused: [string, (grant: GrantState) => Partial<Rotation>][] = [
    ['the wrong client', () => ({ clientId: 'another' })],
    ['a wider scope', () => ({ scopes: ['read', 'admin'] })],
    ['a resource that was not granted', () => ({ resources: ['https://api.example.com', 'https://other.example.com'] })],
    ['an audience that is closed', () => ({ openAudience: ['https://other.example.com'] })],
    ['another key', () => ({ keyBinding: 'thumbprint' })],
    ['an earlier generation', () => ({ generation: 0 })],
    ['a later generation', () => ({ generation: 2 })],
    ['a proof over another secret', () => ({ proof: proofOf(randomBytes(16)) })],
    ['a proof with another digest', grant => ({ proof: { ...proofOf(grant.secret), macDigest: randomBytes(32) } })]
  ]
  t.test('a rotation moves nothing', async t => {
    const stores = await open()
    const grant = await signInAnew(stores)
    for (const [what, changes] of refused) {
      t.equal(await stores.grants.rotate(rotationOf(grant, changes(grant))), undefined, `with ${what}`)
    }
    t.match(await stores.grants.find(grant.id), { generation: 1, rotationAges: [], live: true, expired: false })
    const narrower = { scopes: ['read'], resources: grant.audience, openAudience: ['https://other.example.com', ...grant.audience] }
    t.match(await stores.grants.rotate(rotationOf(grant, narrower)), { scopes: grant.scopes, audience: grant.audience }, 'while less does')
  })

  t.test('an expired grant does not rotate', async t => {
    const stores = await open()
    for (const lifetimes of [{ idleLifetime: 0 }, { absoluteLifetime: 0 }]) {
      const grant = await signInAnew(stores, sampleGrant(lifetimes))
      t.equal(await stores.grants.rotate(rotationOf(grant)), undefined)
      t.match(await stores.grants.find(grant.id), { generation: 1, live: true, expired: true })
    }
  })

  t.test('a rotation extends the idle lifetime, never beyond the absolute one', async t => {
    const stores = await open()
    let grant = await signInAnew(stores, sampleGrant({ idleLifetime: 60, absoluteLifetime: 3600 }))
    const look = async () => {
      const { issuedAt, endsAt, expired } = (await stores.grants.find(grant.id))!
      return { issuedAt, endsAt, expired, lifetime: Math.round((endsAt.getTime() - issuedAt.getTime()) / 1000) }
    }
    const rotate = async (idleLifetime: number) => {
      grant = (await stores.grants.rotate(rotationOf(grant, { idleLifetime })))!
      return look()
    }
    const first = await look()
    t.match(first, { expired: false, lifetime: 60 })
    const second = await rotate(600)
    t.match(second, { expired: false, lifetime: 600 })
    t.ok(second.issuedAt > first.issuedAt, 'counted from the rotation')
    const third = await rotate(7200)
    const absolute = Math.round((third.endsAt.getTime() - first.issuedAt.getTime()) / 1000)
    t.strictSame([absolute, third.expired], [3600, false], 'counted from the beginning')
    t.strictSame((await rotate(3600)).endsAt, third.endsAt, 'no rotation moves it')
    t.match(await rotate(0), { expired: true, lifetime: 0 })
    t.equal(await stores.grants.rotate(rotationOf(grant)), undefined)
  })

  const ends: [string, (stores: PostgresStores, grant: GrantState) => Promise<unknown>][] = [
    ['grant was revoked', ({ grants }, grant) => grants.revoke(grant.id, act)],
    ['session was ended', ({ sessions }, grant) => sessions.end(grant.sessionId, act)],
    ['user signed out everywhere', ({ users }, grant) => users.endEverything(grant.userId, act)],
    ['user was disabled', ({ users }, grant) => users.endEverything(grant.userId, act, { disabled: true })],
    ['client was ended', ({ clients }, grant) => clients.endEverything(grant.clientId, act)],
    ['issuer was ended', ({ journal }) => journal.revokeIssuer(act)]
  ]
  for (const [what, end] of ends) {
    t.test(`a grant is dead once its ${what}`, async t => {
      const stores = await open()
      const grant = await signInAnew(stores)
      await end(stores, grant)
      t.equal(await stores.grants.rotate(rotationOf(grant)), undefined)
      t.match(await stores.grants.find(grant.id), { generation: 1, live: false, expired: false })
      t.ok(await isLive(stores, (await signInAnew(stores)).id), 'while one that is granted after lives')
    })
  }
}

function redemptionContract(t: Test, open: OpenStores): void {
  t.test('of 50 redemptions of one code one makes a grant', async t => {
    const stores = await open()
    const first = await signInAnew(stores)
    const redemption = await sampleRedemption(stores, first, { codeChallenge: 'challenge' })
    const answers = await times(50, () => stores.grants.redeem(redemption))
    t.equal(answers.filter(answer => answer === 'redeemed').length, 1)
    t.equal(answers.filter(answer => answer === 'spent').length, 49)
    const grantId = grantIdFrom(redemption.number, redemption.grant.idRandom)
    t.match(await stores.grants.find(grantId), {
      sessionId: first.sessionId, userId: first.userId, subject: first.userId, amr: ['pwd'], generation: 1, live: true
    })
    await stores.sessions.end(first.sessionId, act)
    t.equal(await stores.grants.redeem(redemption), 'spent', 'for ever')
    t.same(await stores.grants.findSpent(redemption.origin), {
      grantId, clientId: 'countersign', redirectUri: redemption.redirectUri, codeChallenge: 'challenge'
    })
    t.equal(await stores.grants.findSpent(randomBytes(32)), undefined)
  })

  t.test('a code makes no grant where its session, user or client has ended', async t => {
    const stores = await open()
    const [ended, disabled, expired, other] = [
      await signInAnew(stores), await signInAnew(stores),
      await signInAnew(stores, sampleGrant({ absoluteLifetime: 0 })), await signInAnew(stores)
    ]
    await stores.sessions.end(ended.sessionId, act)
    await stores.users.endEverything(disabled.userId, act, { disabled: true })
    for (const grant of [ended, disabled, expired, { ...other, userId: ended.userId }]) {
      t.equal(await stores.grants.redeem(await sampleRedemption(stores, grant)), 'dead')
    }
    const unknownClient = sampleGrant({ clientId: randomId('gone-') })
    t.equal(await stores.grants.redeem(await sampleRedemption(stores, other, { grant: unknownClient })), 'dead')
    await stores.journal.revokeIssuer(act)
    t.equal(await stores.grants.redeem(await sampleRedemption(stores, other)), 'dead')
  })

  t.test('a number that was never given is dead, as is a role that the user has no more', async t => {
    const stores = await open()
    const granted = await signInAnew(stores)
    const highest = await takeNumber(stores)
    for (const forged of [{ number: highest + 10_000 }, { number: 2 ** 47 }, { role: 'admin' }]) {
      t.equal(await stores.grants.redeem(await sampleRedemption(stores, granted, { number: highest, ...forged })), 'dead')
    }
    t.equal(await stores.grants.redeem(await sampleRedemption(stores, granted, { number: highest })), 'redeemed')
  })

  t.test('a code that was issued before the end of everything makes no grant in a session that began after it', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const redemptionOfNow = async (number?: number) => sampleRedemption(stores, {
      userId: user.id, sessionId: (await openBrowser(stores, user)).session.id
    }, number === undefined ? {} : { number })
    const before = await takeNumber(stores)
    await stores.users.endEverything(user.id, act)
    t.equal(await stores.grants.redeem(await redemptionOfNow(before)), 'dead')
    t.equal(await stores.grants.redeem(await redemptionOfNow()), 'redeemed')
  })

  const ends: [string, (stores: PostgresStores, grant: GrantState) => Promise<unknown>][] = [
    ['the end of everything its user has', ({ users }, grant) => users.endEverything(grant.userId, act)],
    ['the end of its session', ({ sessions }, grant) => sessions.end(grant.sessionId, act)]
  ]
  for (const [what, end] of ends) {
    t.test(`a redemption that races ${what} leaves no live grant`, async t => {
      const stores = await open()
      for (let round = 0; round < rounds; round++) {
        const first = await signInAnew(stores)
        const redemptions = await times(8, () => sampleRedemption(stores, first))
        await Promise.all([
          ...redemptions.slice(4).map(stores.grants.redeem), end(stores, first), ...redemptions.slice(0, 4).map(stores.grants.redeem)
        ])
        for (const { number, grant } of redemptions) {
          t.not(await isLive(stores, grantIdFrom(number, grant.idRandom)), true)
        }
        t.equal(await stores.grants.redeem(await sampleRedemption(stores, first)), 'dead')
      }
    })
  }

  t.test('an offline grant outlives its session, and ends with its user', async t => {
    const stores = await open()
    const first = await signInAnew(stores)
    const redemption = await sampleRedemption(stores, first, { offline: true })
    t.equal(await stores.grants.redeem(redemption), 'redeemed')
    const id = grantIdFrom(redemption.number, redemption.grant.idRandom)
    await stores.sessions.end(first.sessionId, act)
    t.match(await stores.grants.find(id), { live: true, offline: true })
    t.same(await stores.grants.findOwners([id]), [
      { grantId: id, subject: first.userId, sessionId: undefined, clientId: 'countersign' }
    ])
    await stores.users.endEverything(first.userId, act)
    t.equal(await isLive(stores, id), false)
  })

  t.test('a new password ends the offline grants of other sessions', async t => {
    const stores = await open()
    const first = await signInAnew(stores)
    const redemption = await sampleRedemption(stores, first, { offline: true })
    await stores.grants.redeem(redemption)
    const change = { userId: first.userId, oldHash: 'hash-1', newHash: 'hash-2', keptSessionId: 'another', actor: 'admin' }
    const entries = await stores.users.changePassword(change)
    const id = grantIdFrom(redemption.number, redemption.grant.idRandom)
    t.same(entries?.map(({ target, value }) => [target, value]), [['session', first.sessionId], ['grant', id]])
    t.equal(await isLive(stores, id), false)
  })
}
