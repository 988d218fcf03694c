import type { Test } from 'tap'
import {
  act, addUser, isLive, randomId, redeemAnew, sampleRedemption, signInAnew, times, type OpenStores
} from './sample.ts'

export function subjectsContract(t: Test, open: OpenStores): void {
  t.test('of a hundred that assign at once all get the same subject, and later ones, too', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    const candidates = Array.from({ length: 100 }, () => randomId('pws_'))
    const assigned = new Set(await times(100, place => stores.subjects.assign(id, 'app.example.com', candidates[place]!)))
    t.equal(assigned.size, 1)
    t.ok(candidates.includes([...assigned][0]!))
    t.equal(await stores.subjects.assign(id, 'app.example.com', randomId('pws_')), [...assigned][0])
  })

  t.test('another sector has another subject, and so has another user', async t => {
    const stores = await open()
    const [one, other] = [(await addUser(stores)).id, (await addUser(stores)).id]
    const assigned = await Promise.all([
      stores.subjects.assign(one, 'a.example', randomId('pws_')), stores.subjects.assign(one, 'b.example', randomId('pws_')),
      stores.subjects.assign(other, 'a.example', randomId('pws_'))
    ])
    t.equal(new Set(assigned).size, 3)
  })

  endContract(t, open)
}

function endContract(t: Test, open: OpenStores): void {
  t.test("a user's end reaches every subject that has a grant, with one cut-off", async t => {
    const stores = await open()
    const signedIn = await signInAnew(stores)
    const [a, b, unused] = [randomId('pws_a'), randomId('pws_b'), randomId('pws_c')]
    await stores.subjects.assign(signedIn.userId, 'c.example', unused)
    for (const subject of [a, a, b]) await redeemAnew(stores, signedIn, { subject })
    const entries = await stores.users.endEverything(signedIn.userId, act)
    t.strictSame(entries.map(({ target, value }) => [target, value]), [signedIn.userId, a, b].map(value => ['user', value]))
    t.equal(new Set(entries.map(({ cutoff }) => cutoff)).size, 1)
    t.strictSame(entries.map(({ seq }) => seq - entries[0]!.seq), [0, 1, 2])
    const events = await stores.audit.list({ limit: 3, subject: signedIn.userId })
    t.strictSame(events.map(({ kind, details }) => [kind, details['value']]), [b, a, signedIn.userId].map(value => ['revocation/user', value]))
  })

  t.test('a pairwise subject ends the user behind it', async t => {
    const stores = await open()
    const signedIn = await signInAnew(stores)
    const subject = await stores.subjects.assign(signedIn.userId, 'a.example', randomId('pws_'))
    const granted = await redeemAnew(stores, signedIn, { subject })
    t.match(await stores.users.endEverything(subject, act), [{ value: signedIn.userId }, { value: subject }])
    t.equal(await isLive(stores, granted), false)
    t.equal(await isLive(stores, signedIn.id), false)
    t.same(await stores.users.endEverything(randomId('pws_'), act), [])
  })

  t.test('a code that is redeemed while the user is ended does not slip away under its subject', async t => {
    const stores = await open()
    const seen = { dead: 0, refused: 0 }
    for (let round = 0; round < 40; round++) {
      const signedIn = await signInAnew(stores)
      const redemptions = await times(4, () => sampleRedemption(stores, signedIn, { subject: randomId('pws_') }))
      const [first, ...rest] = redemptions.map(redemption => () => stores.grants.redeem(redemption))
      const [one, entries, ...others] = await Promise.all([
        first!(), stores.users.endEverything(signedIn.userId, act), ...rest.map(redeem => redeem())
      ])
      for (const [place, outcome] of [one, ...others].entries()) {
        const { subject, number } = redemptions[place]!
        if (outcome === 'dead') seen.refused++
        else {
          seen.dead++
          const entry = entries.find(({ value }) => value === subject)
          if (entry === undefined || number >= entry.cutoff!) t.fail(`round ${round}: no entry covers the grant of ${subject}`)
        }
      }
    }
    t.ok(seen.dead > 0, 'some codes became grants first', { seen })
  })
}
