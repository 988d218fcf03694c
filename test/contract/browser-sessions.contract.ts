import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { act, addUser, openBrowser, randomId, type OpenStores } from './sample.ts'

/** What every BrowserSessionStore and AuthorizationStore must do. */
export function browserSessionsContract(t: Test, open: OpenStores): void {
  const signInOf = (userId: string) => ({
    userId, passwordHash: 'hash-1', amr: ['pwd'], cookieHash: randomBytes(32), deviceHash: randomBytes(32)
  })

  t.test('a session is found by the hash of its cookie, and by no other', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { cookieHash, session } = await openBrowser(stores, user)
    const found = await stores.browserSessions.find(cookieHash)
    t.match(found, { id: session.id, userId: user.id, email: user.email, authTime: session.authTime, amr: ['pwd'] })
    t.ok(found!.authAge >= 0 && found!.authAge < 60)
    t.equal(await stores.browserSessions.find(randomBytes(32)), undefined)
    t.match(await stores.sessions.list(user.id), [{ id: session.id }], 'it is one of the sessions its user sees')
  })

  t.test('none begins with a password that is no longer the stored one, or for a disabled user', async t => {
    const stores = await open()
    const [user, disabled] = [await addUser(stores), await addUser(stores)]
    await stores.users.endEverything(disabled.id, act, { disabled: true })
    const rest = { sessionId: randomId('ses_'), userAgent: undefined, lifetime: 60 }
    t.equal(await stores.browserSessions.begin({ ...signInOf(user.id), ...rest, passwordHash: 'hash-0' }), undefined)
    t.equal(await stores.browserSessions.begin({ ...signInOf(disabled.id), ...rest }), undefined)
  })

  t.test('a sign-in by the same user renews the session under another cookie', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { cookieHash, session } = await openBrowser(stores, user)
    const signIn = signInOf(user.id)
    const renewed = await stores.browserSessions.renew({ ...signIn, sessionId: session.id, lifetime: 7200 })
    t.equal(renewed?.id, session.id)
    t.ok(renewed!.authTime > session.authTime)
    t.equal(await stores.browserSessions.find(cookieHash), undefined, 'the old cookie is nobody\'s')
    t.match(await stores.browserSessions.find(signIn.cookieHash), { id: session.id })
    const [listed] = await stores.sessions.list(user.id)
    t.ok(listed!.expiresAt.getTime() - renewed!.authTime.getTime() > 7100_000, 'it lives on from now')
    const stranger = await addUser(stores)
    t.equal(await stores.browserSessions.renew({ ...signInOf(stranger.id), sessionId: session.id, lifetime: 60 }), undefined)
    await stores.sessions.end(session.id, act)
    t.equal(await stores.browserSessions.renew({ ...signInOf(user.id), sessionId: session.id, lifetime: 60 }), undefined)
  })

  t.test('every end of a session ends the browser\'s', async t => {
    const stores = await open()
    for (const end of ['session', 'user', 'expiry'] as const) {
      const user = await addUser(stores)
      const { cookieHash, session } = await openBrowser(stores, user)
      if (end === 'session') await stores.sessions.end(session.id, act)
      else if (end === 'user') await stores.users.endEverything(user.id, act)
      else {
        const short = { ...signInOf(user.id), sessionId: randomId('ses_'), userAgent: undefined, lifetime: 0 }
        await stores.browserSessions.begin(short)
        t.equal(await stores.browserSessions.find(short.cookieHash), undefined)
        continue
      }
      t.equal(await stores.browserSessions.find(cookieHash), undefined)
      t.equal(await stores.authorizations.look(cookieHash, 'countersign'), undefined)
    }
  })

  t.test('an authorization sees the session, what was consented to, and a number that no end has passed', async t => {
    const stores = await open()
    const user = await addUser(stores)
    const { cookieHash, session } = await openBrowser(stores, user)
    const first = await stores.authorizations.look(cookieHash, 'countersign')
    t.match(first, { session: { id: session.id, userId: user.id }, consented: [] })
    await stores.consents.give({ userId: user.id, clientId: 'countersign', items: ['openid', 'email'] })
    const second = await stores.authorizations.look(cookieHash, 'countersign')
    t.same(second!.consented.toSorted(), ['email', 'openid'])
    t.ok(second!.grantNumber > first!.grantNumber)
    t.same((await stores.authorizations.look(cookieHash, 'another'))!.consented, [])
  })
}
