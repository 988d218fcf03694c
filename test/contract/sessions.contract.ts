import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { grantNumberOf, isGrantId } from '../../src/protocol/identifiers.ts'
import { act, addUser, isLive, rotationOf, sampleGrant, sampleSignIn, times, type OpenStores } from './sample.ts'

export function sessionsContract(t: Test, open: OpenStores): void {
  t.test('a sign-in starts a session with a grant that says all that a token needs', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const grant = sampleGrant({ keyBinding: 'thumbprint' })
    const signIn = sampleSignIn(user.id, { grant, userAgent: 'Firefox' })
    const state = (await stores.sessions.start(signIn))!
    t.match(state, {
      userId: user.id, sessionId: signIn.sessionId, clientId: 'countersign', scopes: ['read', 'write'],
      audience: ['https://api.example.com'], keyBinding: 'thumbprint', generation: 1, macKid: 'mac-1', role: 'user',
      amr: ['pwd']
    })
    t.ok(isGrantId(state.id) && grantNumberOf(state.id) > 0)
    t.same(state.secret, grant.secret)
    t.ok(Math.abs(state.authTime.getTime() - Date.now()) < 60_000)
    t.match(await stores.sessions.list(user.id), [{ id: signIn.sessionId, userAgent: 'Firefox', userId: user.id }])
  })

  t.test('a sign-in counts only with the stored hash and an enabled user', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    t.equal(await stores.sessions.start(sampleSignIn(id, { passwordHash: 'wrong' })), undefined)
    t.equal(await stores.sessions.start(sampleSignIn('usr_nobody')), undefined)
    await stores.users.endEverything(id, act, { disabled: true })
    t.equal(await stores.sessions.start(sampleSignIn(id)), undefined)
    await stores.users.endEverything(id, act, { disabled: false })
    t.ok(await stores.sessions.start(sampleSignIn(id)))
  })

  t.test('live sessions are listed newest first, with their last use, and without those that ended or expired',
    async t => {
      const stores = await open()
      const { id } = await addUser(stores)
      const expired = sampleSignIn(id, { grant: sampleGrant({ absoluteLifetime: 0 }) })
      const [first, second, ended] = [sampleSignIn(id), sampleSignIn(id), sampleSignIn(id)]
      const grant = (await stores.sessions.start(first))!
      for (const signIn of [second, ended, expired]) await stores.sessions.start(signIn)
      await stores.sessions.end(ended.sessionId, act)
      await stores.grants.rotate(rotationOf(grant))
      const listed = await stores.sessions.list(id)
      t.same(listed.map(session => session.id), [second.sessionId, first.sessionId])
      t.ok(listed[1]!.lastUsedAt > listed[1]!.createdAt)
      t.same(listed[0]!.lastUsedAt, listed[0]!.createdAt)
    })

  t.test('ending a session ends its grants, once', async t => {
    const stores = await open()
    const { id } = await addUser(stores)
    const grant = (await stores.sessions.start(sampleSignIn(id)))!
    t.equal(await stores.sessions.end(grant.sessionId, act, 'usr_other'), undefined, 'not in the name of another')
    t.equal(await isLive(stores, grant.id), true)
    const answers = await times(10, () => stores.sessions.end(grant.sessionId, act, id))
    t.match(answers.filter(Boolean), [{ target: 'session', value: grant.sessionId }])
    t.equal(answers.filter(Boolean).length, 1)
    t.equal(await isLive(stores, grant.id), false)
    t.equal(await stores.sessions.end('ses_none', act), undefined)
  })
}

export function devicesContract(t: Test, open: OpenStores): void {
  t.test('a device is known to the account it signed in to, and to no other', async t => {
    const stores = await open()
    const [user, stranger] = [await addUser(stores), await addUser(stores)]
    const deviceHash = randomBytes(32)
    t.equal(await stores.devices.isKnown(user.email, deviceHash), false)
    await stores.sessions.start(sampleSignIn(user.id, { deviceHash }))
    await stores.sessions.start(sampleSignIn(stranger.id, { deviceHash }))
    t.equal(await stores.devices.isKnown(user.email, deviceHash), true)
    t.equal(await stores.devices.isKnown(stranger.email, deviceHash), false)
  })

  t.test('the ten devices that signed in last are remembered', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const hashes = Array.from({ length: 12 }, () => randomBytes(32))
    // The first comes again before the last two: it is no longer the oldest.
    const order = [...hashes.slice(0, 10), hashes[0]!, ...hashes.slice(10)]
    for (const deviceHash of order) await stores.sessions.start(sampleSignIn(user.id, { deviceHash }))
    const known = await Promise.all(hashes.map(hash => stores.devices.isKnown(user.email, hash)))
    t.same(known, hashes.map((_, place) => place !== 1 && place !== 2))
  })
}
