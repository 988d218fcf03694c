import { createHash } from 'node:crypto'
import t from 'tap'
import {
  authorizeUrl, createVisitor, createWebClient, formsOf, obtainCode, obtainTokens, redeemCode, refreshTokens, responseOf, settle, signInOn,
  submit, walk, type Visitor
} from '../support/authorization.ts'
import { postForm } from '../support/clients.ts'
import { onEachStore, openService } from '../support/service.ts'
import { callApi, claimsOf, cookiesOf, createUser, signIn } from '../support/users.ts'

const sessionCookie = 'countersign_session'
const browserCookie = 'countersign_browser'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const client = await createWebClient(service)
  const begin = async (visitor: Visitor, changes: Record<string, string> = {}) =>
    settle(visitor, await visitor.get(authorizeUrl(client, changes)))
  /** What the client hears when nobody may be asked. */
  const ask = async (visitor: Visitor) => responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none' })))
  const arrive = async (user?: Awaited<ReturnType<typeof createUser>>) => {
    const [visitor, person] = [createVisitor(app), user ?? await createUser(service)]
    responseOf(await walk(visitor, authorizeUrl(client), person))
    return { visitor, user: person }
  }
  /** Another browser that holds this cookie. */
  const holding = (cookie: string) => {
    const visitor = createVisitor(app)
    visitor.cookies.set(sessionCookie, cookie)
    return visitor
  }
  const isActive = async (token: string) =>
    (await postForm(app, { url: '/oauth/introspect', client, form: { token } })).json<{ active: boolean }>().active

  t.test('B33: the cookie changes at sign-in and at every further one, and the old one is dead', async t => {
    const { visitor, user } = await arrive()
    const first = visitor.cookies.get(sessionCookie)!
    t.ok(Buffer.from(first, 'base64url').length >= 32, '256 bits')
    t.match(await ask(holding(first)), { code: /./ })
    await signInOn(visitor, await begin(visitor, { prompt: 'login' }), user)
    const second = visitor.cookies.get(sessionCookie)!
    t.not(second, first)
    t.match(await ask(holding(first)), { error: 'login_required' })
    t.match(await ask(holding(second)), { code: /./ })
    t.equal((await service.rooms.sessions.list(user.id)).length, 1, 'to its applications it is the same session')
    await signInOn(visitor, await begin(visitor, { prompt: 'login' }), await createUser(service))
    t.match(await ask(holding(second)), { error: 'login_required' }, "another user's sign-in ends it")
    t.strictSame(await service.rooms.sessions.list(user.id), [])
  })

  t.test('B33: the database knows the hash of the cookie alone', async t => {
    const { visitor } = await arrive()
    const cookie = visitor.cookies.get(sessionCookie)!
    t.match(await service.stores.browserSessions.find(createHash('sha256').update(cookie).digest()), { id: String })
    t.equal(await service.stores.browserSessions.find(Buffer.from(cookie)), undefined)
  })

  t.test('B33: cookies that somebody planted before the sign-in are worth nothing after', async t => {
    const { visitor: attacker } = await arrive()
    const user = await createUser(service)
    const planted = {
      'a session of the attacker': attacker.cookies.get(sessionCookie)!, 'one that nobody has': 'A'.repeat(43), 'a short one': 'A'.repeat(22)
    }
    for (const [name, cookie] of Object.entries(planted)) {
      const victim = holding(cookie)
      victim.cookies.set(browserCookie, attacker.cookies.get(browserCookie)!)
      await signInOn(victim, await begin(victim, { prompt: 'login' }), user)
      t.not(victim.cookies.get(sessionCookie), cookie, name)
      const seen = await settle(holding(cookie), await holding(cookie).get(authorizeUrl(client, { prompt: 'none' })))
      t.match(responseOf(seen), { error: 'login_required' }, name)
    }
  })

  t.test('B33: of two cookies with one name one counts, and a broken or endless one is none', async t => {
    const { visitor } = await arrive()
    const good = `${sessionCookie}=${visitor.cookies.get(sessionCookie)}`
    const browser = `${browserCookie}=${visitor.cookies.get(browserCookie)}`
    const tossed = [`${sessionCookie}=tossed; ${good}`, `${good}; ${sessionCookie}=${'A'.repeat(43)}`, `${sessionCookie}=; ${good}`]
    for (const cookie of [...tossed, `${sessionCookie}="; ${browser}`, `${sessionCookie}=${'x'.repeat(8000)}`, `${sessionCookie}=%00%ff`, ';;=;']) {
      const answer = await app.inject({ url: authorizeUrl(client, { prompt: 'none' }), headers: { cookie } })
      t.match(Object.keys(responseOf(answer)).join(), /^(code,|error,)/, cookie.slice(0, 60))
    }
  })

  t.test('B44: a disabled user is signed out of the browser, and of every application', async t => {
    const user = await createUser(service)
    const online = await obtainTokens(app, { client, user, visitor: createVisitor(app) })
    const { visitor } = await arrive(user)
    const offline = await obtainTokens(app, {
      client, user, visitor, changes: { scope: 'openid offline_access', prompt: 'consent' }
    })
    const waiting = await obtainCode({ client, user, visitor })
    const open = await begin(visitor, { prompt: 'consent' })
    for (const { access_token: token } of [online, offline]) t.ok(await isActive(token))
    const entries = await service.stores.users.endEverything(user.id, { reason: 'test', actor: 'admin' }, { disabled: true })
    await service.rooms.revoker.publish(entries)
    t.match(await ask(visitor), { error: 'login_required' })
    for (const { access_token: token } of [online, offline]) t.notOk(await isActive(token))
    for (const { refresh_token: token } of [online, offline]) {
      const refused = await refreshTokens(app, client, { refresh_token: token })
      t.equal(refused.statusCode, 400)
      t.match(refused.json(), { error: 'invalid_grant' })
    }
    t.match((await redeemCode(app, client, waiting)).json(), { error: 'invalid_grant' }, 'the code that was out is nothing')
    const answered = await settle(visitor, await submit(visitor, open, { form: 'consent', fields: { decision: 'allow' } }))
    t.ok(formsOf(answered)['sign-in'], 'the open consent page asks who is there')
    const again = await submit(visitor, answered, { form: 'sign-in', fields: { email: user.email, password: user.password } })
    t.equal(again.statusCode, 403)
  })

  t.test('B44: a changed password ends every other session, those of browsers too', async t => {
    const user = await createUser(service)
    const { visitor } = await arrive(user)
    const tokens = await obtainTokens(app, { client, user, visitor })
    const { accessToken } = await signIn(app, user)
    const body = { oldPassword: user.password, newPassword: 'a rather new password' }
    t.equal((await callApi(app, 'POST /api/auth/password', { token: accessToken, body })).statusCode, 200)
    t.match(await ask(visitor), { error: 'login_required' })
    t.notOk(await isActive(tokens.access_token))
    t.ok(formsOf(await begin(visitor))['sign-in'])
  })

  t.test('B47: a user sees the sessions of their browsers, and ends one', async t => {
    const user = await createUser(service)
    const visitor = createVisitor(app)
    const tokens = await obtainTokens(app, { client, user, visitor })
    const { visitor: other } = await arrive(user)
    const { accessToken: token, sessionId } = await signIn(app, user)
    const list = async () => (await callApi(app, 'GET /api/auth/sessions', { token })).json<{ sessions: Array<{ id: string }> }>().sessions
    const sid = claimsOf(tokens.id_token)['sid'] as string
    t.equal((await list()).length, 3)
    t.ok((await list()).some(({ id }) => id === sid))
    t.equal((await callApi(app, `DELETE /api/auth/sessions/${sid}`, { token })).statusCode, 204)
    t.match(await ask(visitor), { error: 'login_required' })
    t.notOk(await isActive(tokens.access_token))
    t.match(await ask(other), { code: /./ }, 'the others live on')
    t.notOk((await list()).some(({ id }) => id === sid))
    t.ok((await list()).some(({ id }) => id === sessionId))
  })

  t.test('B47: signing out everywhere signs out of browsers, too', async t => {
    const user = await createUser(service)
    const { visitor } = await arrive(user)
    const { accessToken: token } = await signIn(app, user)
    t.equal((await callApi(app, 'POST /api/auth/logout-all', { token })).statusCode, 200)
    t.match(await ask(visitor), { error: 'login_required' })
  })
})

t.test('B32: the cookies of an https issuer are bound to its host, and to https', async t => {
  const { app, service } = await openService(t, { store: 'embedded', config: { ISSUER: 'https://id.example.com' } })
  const client = await createWebClient(service)
  const visitor = createVisitor(app)
  const first = await visitor.get(authorizeUrl(client))
  const page = await settle(visitor, first)
  const user = await createUser(service)
  const signedIn = await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: user.password } })
  const id = first.headers.location!.split('/').at(-1)
  const lines = [...cookiesOf(first).lines, ...cookiesOf(signedIn).lines]
  t.same(lines.map(line => line.split('=')[0]).toSorted(), ['__Host-countersign_browser', `__Host-countersign_browser_${id}`, '__Host-countersign_page_device', '__Host-countersign_session'])
  for (const line of lines) {
    for (const attribute of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax']) t.ok(line.split('; ').includes(attribute), `${attribute}: ${line}`)
    t.notMatch(line, /domain=/i)
    t.ok(line.length <= 4096)
  }
  t.match(signedIn.headers['strict-transport-security'], /max-age=31536000/, 'A28: HSTS')
  t.match(page.headers['strict-transport-security'], /max-age=31536000/)
  // Without the prefix a neighbour of the host could set it.
  const tossed = createVisitor(app)
  tossed.cookies.set('countersign_session', visitor.cookies.get('__Host-countersign_session')!)
  t.match(responseOf(await tossed.get(authorizeUrl(client, { prompt: 'none' }))), { error: 'login_required' })
  const out = await visitor.get('/oauth/logout').then(answer => submit(visitor, answer, { form: answer.body.match(/logout\/([\w-]{22})/)![1]! }))
  t.match(cookiesOf(out).lines.join('\n'), /^__Host-countersign_session=; .*Path=\/.*Secure/m, 'a browser lets go of it')
})

t.test('B32: on plain http, for development, they have the rest', async t => {
  const { app, service } = await openService(t, { store: 'embedded' })
  const client = await createWebClient(service)
  const visitor = createVisitor(app)
  const page = await settle(visitor, await visitor.get(authorizeUrl(client)))
  const user = await createUser(service)
  const { lines } = cookiesOf(await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: user.password } }))
  t.equal(lines.length, 2)
  for (const line of lines) {
    for (const attribute of ['HttpOnly', 'Path=/', 'SameSite=Lax']) t.ok(line.split('; ').includes(attribute), `${attribute}: ${line}`)
    t.notMatch(line, /domain=|secure/i)
  }
})
