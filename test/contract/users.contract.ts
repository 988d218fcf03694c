import type { Test } from 'tap'
import { grantNumberOf } from '../../src/protocol/identifiers.ts'
import { act, addUser, isLive, sampleSignIn, sampleUser, times, type OpenStores } from './sample.ts'

const rounds = 15

export function usersContract(t: Test, open: OpenStores): void {
  t.test('a registered user is found by id and by address', async t => {
    const { users } = await open()
    const user = { ...sampleUser(), name: 'Ada' }
    t.equal(await users.register(user), true)
    const { actor, ...kept } = user
    t.match(await users.find({ id: user.id }), { ...kept, disabledAt: undefined })
    t.match(await users.find({ email: user.email }), kept)
    t.equal(await users.find({ id: 'usr_nobody' }), undefined)
    t.equal(actor, 'admin')
  })

  t.test('a taken address is refused and its account left as it was', async t => {
    const stores = await open()
    const user = await addUser(stores)
    t.equal(await stores.users.register({ ...sampleUser(), email: user.email, passwordHash: 'other' }), false)
    t.match(await stores.users.find({ email: user.email }), { id: user.id, passwordHash: 'hash-1' })
  })

  t.test('of many registrations of one address one succeeds', async t => {
    const { users } = await open()
    const { email } = sampleUser()
    const answers = await times(20, () => users.register({ ...sampleUser(), email }))
    t.equal(answers.filter(Boolean).length, 1)
  })

  t.test('the list goes on after the last user of the page before', async t => {
    const stores = await open()
    const added = [await addUser(stores), await addUser(stores), await addUser(stores)]
    const found = await Promise.all(added.map(async ({ id }) => (await stores.users.find({ id }))!))
    // Those of one millisecond are in the order of their ids.
    const ids = found.sort((a, b) => Number(a.createdAt) - Number(b.createdAt) || (a.id < b.id ? -1 : 1)).map(({ id }) => id)
    t.same((await stores.users.list({ limit: 2, after: ids[0] })).map(user => user.id), ids.slice(1))
    t.same((await stores.users.list({ limit: 5, after: ids[2] })).map(user => user.id), [])
  })

  t.test('a hash is upgraded only while it is the stored one', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    await stores.users.upgradeHash(id, 'another', 'hash-2')
    t.match(await stores.users.find({ id }), { passwordHash: 'hash-1' })
    await stores.users.upgradeHash(id, 'hash-1', 'hash-2')
    t.match(await stores.users.find({ id }), { passwordHash: 'hash-2' })
  })

  passwordContract(t, open)
  endContract(t, open)
}

function passwordContract(t: Test, open: OpenStores): void {
  t.test('a changed password ends every session but the one that changed it', async t => {
    const stores = await open()
    const { id: userId } = await addUser(stores)
    const [kept, other] = await times(2, async () => (await stores.sessions.start(sampleSignIn(userId)))!)
    const change = { userId, oldHash: 'hash-1', newHash: 'hash-2', keptSessionId: kept!.sessionId, actor: 'admin' }
    t.match(await stores.users.changePassword(change), [{ target: 'session', value: other!.sessionId }])
    t.equal(await isLive(stores, kept!.id), true)
    t.equal(await isLive(stores, other!.id), false)
    t.same(await stores.users.changePassword({ ...change, oldHash: 'hash-2', newHash: 'hash-3' }), [])
  })

  t.test('a password is not changed on the strength of a hash that is no longer stored', async t => {
    const stores = await open()
    const { id: userId } = await addUser(stores)
    const { sessionId, id } = (await stores.sessions.start(sampleSignIn(userId)))!
    const change = { userId, oldHash: 'stale', newHash: 'hash-2', keptSessionId: 'none', actor: 'admin' }
    t.equal(await stores.users.changePassword(change), undefined)
    t.match(await stores.users.find({ id: userId }), { passwordHash: 'hash-1' })
    t.equal(await isLive(stores, id), true)
    t.equal((await stores.sessions.list(userId))[0]?.id, sessionId)
  })

  t.test('no sign-in with the old password outlives a change that raced it', async t => {
    const stores = await open()
    for (let round = 0; round < rounds; round++) {
      const { id: userId } = await addUser(stores)
      const kept = (await stores.sessions.start(sampleSignIn(userId)))!
      const change = {
        userId, oldHash: 'hash-1', newHash: 'hash-2', keptSessionId: kept.sessionId, actor: 'admin'
      }
      const [changed] = await Promise.all([
        stores.users.changePassword(change), times(6, () => stores.sessions.start(sampleSignIn(userId)))
      ])
      t.ok(changed)
      t.same((await stores.sessions.list(userId)).map(session => session.id), [kept.sessionId])
    }
  })
}

function endContract(t: Test, open: OpenStores): void {
  t.test('ending everything can set the password and disable the account in the same act', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    t.match(await stores.users.endEverything(id, act, { passwordHash: 'hash-2', disabled: true }),
      [{ target: 'user', value: id }])
    const disabled = (await stores.users.find({ id }))!
    t.match(disabled, { passwordHash: 'hash-2', disabledAt: Date })
    await stores.users.endEverything(id, act, { disabled: true })
    t.same((await stores.users.find({ id }))!.disabledAt, disabled.disabledAt)
    await stores.users.endEverything(id, act, { disabled: false })
    t.match(await stores.users.find({ id }), { passwordHash: 'hash-2', disabledAt: undefined })
    t.same(await stores.users.endEverything('usr_nobody', act), [])
  })

  t.test('a sign-in that races the end of everything is wholly before it or wholly after it', async t => {
    const stores = await open()
    for (let round = 0; round < rounds; round++) {
      const { id: userId } = await addUser(stores)
      const before = (await stores.sessions.start(sampleSignIn(userId)))!
      const [[entry], racers] = await Promise.all([
        stores.users.endEverything(userId, act), times(6, () => stores.sessions.start(sampleSignIn(userId)))
      ])
      const after = (await stores.sessions.start(sampleSignIn(userId)))!
      t.equal(await isLive(stores, before.id), false, 'what was answered before is dead')
      t.equal(await isLive(stores, after.id), true, 'what began after lives')
      for (const racer of racers) {
        t.equal(await isLive(stores, racer!.id), grantNumberOf(racer!.id) > entry!.cutoff!)
      }
    }
  })

  t.test('no sign-in with the old password outlives an end that set a new one', async t => {
    const stores = await open()
    for (let round = 0; round < rounds; round++) {
      const { id: userId } = await addUser(stores)
      await Promise.all([
        times(4, () => stores.sessions.start(sampleSignIn(userId))),
        stores.users.endEverything(userId, act, { passwordHash: 'hash-2' }),
        times(4, () => stores.sessions.start(sampleSignIn(userId)))
      ])
      t.same(await stores.sessions.list(userId), [])
    }
  })
}
