import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { NewGrant } from '../../src/stores/sessions.ts'
import { grantIdFrom, grantNumberOf } from '../../src/protocol/identifiers.ts'
import type { Redemption } from '../../src/stores/grants.ts'
import { sampleRedemption, times } from '../contract/sample.ts'
import { alive, dead, judge, signIn, signOutEverywhere, tryRefresh } from './caller.ts'
import { setStage, skip, type Stage, type TestUser } from './stage.ts'

/** "Sign out everywhere" ends all that was there and nothing that comes after, however close in time. */

const act = { reason: 'test', actor: 'test' }

const newGrant = (): NewGrant => ({
  idRandom: randomBytes(10), secret: randomBytes(16), macKid: 'mac-1', clientId: 'countersign', scopes: [], audience: [],
  keyBinding: undefined, idleLifetime: 600, absoluteLifetime: 3600
})

/** A sign-in as the store sees it; undefined when it came too late. */
async function start({ stores }: Stage, user: TestUser) {
  const { passwordHash } = (await stores.users.find({ id: user.id }))!
  return () => stores.sessions.start({
    sessionId: randomBytes(16).toString('base64url'), userId: user.id, passwordHash, amr: ['pwd'], userAgent: undefined,
    grant: newGrant(), deviceHash: undefined
  })
}

t.test('signing out everywhere', { skip }, async t => {
  const stage = await setStage(t)
  const { stores, client } = stage
  const [one, other] = await stage.startTwo()
  const user = await stage.addUser()

  await t.test('what was signed in before is dead and what signs in within the same second lives', async t => {
    let before = await signIn(one, user)
    const rounds = 15
    const moments: number[] = []
    for (let round = 0; round < rounds; round++) {
      const [near, far] = round % 2 === 0 ? [one, other] : [other, one]
      moments.push(performance.now())
      await signOutEverywhere(near, before.refreshToken)
      const after = await signIn(far, user)
      t.ok(performance.now() - moments.at(-1)! < 1000, 'within a second')
      for (const instance of [one, other]) {
        t.same(await judge(instance, client, before.accessToken), dead)
        t.same(await judge(instance, client, after.accessToken), alive)
      }
      t.equal((await tryRefresh(far, before.refreshToken)).status, 401)
      const refreshed = await tryRefresh(near, after.refreshToken)
      t.equal(refreshed.status, 200)
      before = { accessToken: refreshed.body.accessToken!, refreshToken: refreshed.body.refreshToken! }
    }
  })

  await t.test('no sign-in and no code slips past a sign-out that races it', async t => {
    const racer = await stage.addUser()
    const signInNow = await start(stage, racer)
    const faults: string[] = []
    const seen = { dead: 0, alive: 0, refused: 0 }
    for (let round = 0; round < 80; round++) {
      const old = (await signInNow())!
      const redemptions = await times(3, () => sampleRedemption(stores, old, { grant: newGrant() }))
      const redeem = async (redemption: Redemption) => await stores.grants.redeem(redemption) === 'redeemed'
        ? { id: grantIdFrom(redemption.number, redemption.grant.idRandom) }
        : undefined
      const [[ended], ...begun] = await Promise.all([
        stores.users.endEverything(racer.id, act), redeem(redemptions[0]!), signInNow(), redeem(redemptions[1]!),
        signInNow(), redeem(redemptions[2]!)
      ])
      if ((await stores.grants.find(old.id))!.live) faults.push(`round ${round}: the old grant lives`)
      for (const grant of begun) {
        if (grant === undefined) {
          seen.refused++
          continue
        }
        const { live } = (await stores.grants.find(grant.id))!
        seen[live ? 'alive' : 'dead']++
        // The journal's entry and the row must agree, or a lookup and a refresh would.
        if (live !== grantNumberOf(grant.id) >= ended!.cutoff!) faults.push(`round ${round}: row and journal disagree`)
        if (live && redemptions.some(({ number }) => number === grantNumberOf(grant.id))) faults.push(`round ${round}: a live grant of a dead session`)
      }
    }
    t.same(faults, [])
    t.ok(seen.dead > 0 && seen.alive > 0, 'both orders came to pass', { seen })
  })

  await t.test('a racing sign-in is alive or dead on both instances alike, and its refresh token with it', async t => {
    const racer = await stage.addUser()
    const disagreements: object[] = []
    for (let round = 0; round < 25; round++) {
      const before = await signIn(one, racer)
      const [, during] = await Promise.all([signOutEverywhere(one, before.refreshToken), signIn(other, racer)])
      const refreshed = await tryRefresh(one, during.refreshToken)
      const wanted = refreshed.status === 200 ? alive : dead
      for (const instance of [one, other]) {
        const old = await judge(instance, client, before.accessToken)
        const young = await judge(instance, client, during.accessToken)
        if (!t.strictSame(old, dead) || !t.strictSame(young, wanted)) disagreements.push({ round, old, young, wanted })
      }
    }
    t.same(disagreements, [])
  })
})
