import t from 'tap'
import { createTestClock } from '../support/clock.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore, openService } from '../support/service.ts'
import { callApi, claimsOf, cookiesOf, createUser, signIn, signInAnew } from '../support/users.ts'

interface Tokens {
  accessToken: string
  refreshToken?: string
}

const refresh = 'POST /api/auth/refresh'
const cookie = 'countersign_refresh'

onEachStore(t, async (t, { app, service }) => {
  const codeOf = async (token: string) => (await callApi(app, 'GET /api/auth/me', { token })).json<{ code?: string }>().code
  const signInByCookie = async () => {
    const user = await createUser(service)
    const answer = await callApi(app, 'POST /api/auth/login', { body: { email: user.email, password: user.password } })
    const { values } = cookiesOf(answer)
    return { ...user, accessToken: answer.json<Tokens>().accessToken, cookies: { [cookie]: secret(values[cookie]!) } }
  }

  t.test('a refresh token that came by cookie is answered by cookie only', async t => {
    const { cookies } = await signInByCookie()
    const answer = await callApi(app, refresh, { cookies })
    t.equal(answer.statusCode, 200)
    t.strictSame(Object.keys(answer.json<object>()), ['accessToken', 'tokenType', 'expiresIn'])
    const next = cookiesOf(answer).values[cookie]!
    t.match(next, /^csrt_/)
    t.not(next, cookies[cookie])
    const asked = await callApi(app, refresh, { cookies: { [cookie]: next }, body: { refreshTokenIn: 'body' } })
    t.notOk('refreshToken' in asked.json<object>(), 'asking does not help')
  })

  t.test('one that came in the body is answered in the body', async t => {
    const user = await signInAnew(app, service)
    const answer = await callApi(app, refresh, { body: { refreshToken: user.refreshToken } })
    t.match(answer.json(), { refreshToken: /^csrt_/, accessToken: String })
    t.strictSame(cookiesOf(answer).lines, [])
    t.match(claimsOf(answer.json<Tokens>().accessToken), { sid: user.sessionId, grant_id: user.grantId, auth_time: claimsOf(user.accessToken)['auth_time'] })
  })

  t.test('a refresh without a token, or with a wrong one, is told apart', async t => {
    for (const body of [undefined, {}]) {
      const answer = await callApi(app, refresh, { ...(body && { body }) })
      t.equal(answer.statusCode, 401)
      t.match(answer.json(), { code: 'TOKEN_MISSING' })
      t.match(answer.headers['www-authenticate'], /^Bearer/)
    }
    for (const refreshToken of ['x', 'csrt_x', 'csrt_' + 'A'.repeat(78)]) {
      t.match((await callApi(app, refresh, { body: { refreshToken } })).json(), { code: 'TOKEN_INVALID' })
    }
    t.equal((await callApi(app, refresh, { body: { refreshToken: 'x'.repeat(600) } })).statusCode, 400)
    t.equal((await callApi(app, refresh, { body: { refreshToken: 1 } })).statusCode, 400)
  })

  t.test('signing out ends the session, its tokens and the cookie', async t => {
    const one = await signInByCookie()
    const answer = await callApi(app, 'POST /api/auth/logout', { token: one.accessToken, cookies: one.cookies })
    t.equal(answer.statusCode, 200)
    t.match(cookiesOf(answer).lines[0], /^countersign_refresh=; Max-Age=0; Path=\/; .*HttpOnly; SameSite=Strict|Expires=Thu, 01 Jan 1970/)
    t.equal(await codeOf(one.accessToken), 'TOKEN_REVOKED')
    t.equal((await callApi(app, refresh, { cookies: one.cookies })).statusCode, 401)
    const again = await callApi(app, 'POST /api/auth/logout', { cookies: one.cookies })
    t.equal(again.statusCode, 200, 'twice is fine')
  })

  t.test('either token is enough to sign out; none, or a forged one, is not', async t => {
    const [byToken, byCookie] = [await signInAnew(app, service), await signInByCookie()]
    t.equal((await callApi(app, 'POST /api/auth/logout', { token: byToken.accessToken })).statusCode, 200)
    t.equal(await codeOf(byToken.accessToken), 'TOKEN_REVOKED')
    t.equal((await callApi(app, 'POST /api/auth/logout', { cookies: byCookie.cookies })).statusCode, 200)
    t.equal(await codeOf(byCookie.accessToken), 'TOKEN_REVOKED')
    t.match((await callApi(app, 'POST /api/auth/logout')).json(), { code: 'TOKEN_MISSING' })
    t.match((await callApi(app, 'POST /api/auth/logout', { cookies: { [cookie]: 'csrt_forged' } })).json(), { code: 'TOKEN_INVALID' })
    t.match((await callApi(app, 'POST /api/auth/logout', { token: 'x.y.z' })).json(), { code: 'TOKEN_INVALID' })
  })

  t.test('signing out everywhere ends every session, and a new sign-in lives', async t => {
    const one = await signInAnew(app, service)
    const other = await signIn(app, one)
    t.equal((await callApi(app, 'POST /api/auth/logout-all', { token: one.accessToken })).statusCode, 200)
    for (const { accessToken, refreshToken } of [one, other]) {
      t.equal(await codeOf(accessToken), 'TOKEN_REVOKED')
      t.equal((await callApi(app, refresh, { body: { refreshToken } })).statusCode, 401)
    }
    t.equal(await codeOf((await signIn(app, one)).accessToken), undefined)
    const late = await callApi(app, 'POST /api/auth/logout-all', { body: { refreshToken: one.refreshToken } })
    t.equal(late.statusCode, 401, 'a token that has ended ends nothing else')
  })

  t.test('a user sees their own data', async t => {
    const user = await signInAnew(app, service)
    const answer = await callApi(app, 'GET /api/auth/me', { token: user.accessToken })
    t.equal(answer.statusCode, 200)
    t.strictSame(Object.keys(answer.json<object>()), ['id', 'email', 'email_verified', 'name', 'role', 'createdAt'])
    t.match(answer.json(), { id: user.id, email: user.email, email_verified: false, name: null, role: 'user' })
  })

  t.test('a user sees their sessions and ends one of them', async t => {
    const one = await signInAnew(app, service)
    const other = await signIn(app, one)
    const stranger = await signInAnew(app, service)
    const list = async () => (await callApi(app, 'GET /api/auth/sessions', { token: one.accessToken }))
      .json<{ sessions: Array<{ id: string; current: boolean }> }>().sessions
    t.strictSame((await list()).map(({ id, current }) => [id, current]), [[other.sessionId, false], [one.sessionId, true]])
    const end = (id: string) => callApi(app, `DELETE /api/auth/sessions/${encodeURIComponent(id)}`, { token: one.accessToken })
    const ended = await end(other.sessionId)
    t.equal(ended.statusCode, 204)
    t.equal(ended.body, '')
    t.equal(await codeOf(other.accessToken), 'TOKEN_REVOKED')
    t.equal((await list()).length, 1)
    for (const id of [other.sessionId, stranger.sessionId, 'unknown']) {
      const answer = await end(id)
      t.equal(answer.statusCode, 404, id)
      t.match(answer.json(), { code: 'NOT_FOUND' })
    }
    t.equal(await codeOf(stranger.accessToken), undefined)
    for (const id of ['\0', '%', "' OR 1=1", 'x'.repeat(300)]) t.ok([400, 404].includes((await end(id)).statusCode), id)
  })

  t.test('changing the password needs the old one, ends the other sessions and keeps this one', async t => {
    const one = await signInAnew(app, service)
    const other = await signIn(app, one)
    const change = (oldPassword: string, newPassword: string) =>
      callApi(app, 'POST /api/auth/password', { token: one.accessToken, body: { oldPassword, newPassword } })
    const wrong = await change('wrong password', 'a new password')
    t.equal(wrong.statusCode, 401)
    t.match(wrong.json(), { code: 'INVALID_CREDENTIALS' })
    for (const newPassword of ['short', 'x'.repeat(257)]) {
      t.match((await change(one.password, newPassword)).json(), { code: 'VALIDATION_FAILED' })
    }
    t.equal(await codeOf(other.accessToken), undefined, 'nothing has happened yet')
    const newPassword = secret('a rather new password')
    t.equal((await change(one.password, newPassword)).statusCode, 200)
    t.equal(await codeOf(one.accessToken), undefined)
    t.equal(await codeOf(other.accessToken), 'TOKEN_REVOKED')
    t.equal((await callApi(app, refresh, { body: { refreshToken: one.refreshToken } })).statusCode, 200)
    t.equal((await callApi(app, refresh, { body: { refreshToken: other.refreshToken } })).statusCode, 401)
    await signIn(app, { ...one, password: newPassword })
    await t.rejects(signIn(app, one))
  })

  t.test('guessing the old password is limited', async t => {
    const user = await signInAnew(app, service)
    const guess = () => callApi(app, 'POST /api/auth/password', {
      token: user.accessToken, body: { oldPassword: 'wrong password', newPassword: 'a new password' }
    })
    for (let turn = 0; turn < 5; turn++) t.equal((await guess()).statusCode, 401)
    const refused = await guess()
    t.equal(refused.statusCode, 429)
    t.match(refused.json(), { code: 'RATE_LIMITED' })
    t.match(refused.headers['retry-after'], /^[1-9]\d*$/)
  })

  t.test('a disabled user is out at once', async t => {
    const user = await signInAnew(app, service)
    const entries = await service.stores.users.endEverything(user.id, { reason: 'test', actor: 'admin' }, { disabled: true })
    await service.rooms.revoker.publish(entries)
    t.equal(await codeOf(user.accessToken), 'TOKEN_REVOKED')
    t.equal((await callApi(app, refresh, { body: { refreshToken: user.refreshToken } })).statusCode, 401)
  })
})

t.test('an access token that has expired keeps nobody signed in', async t => {
  const clock = createTestClock(Date.now())
  const { app, service } = await openService(t, { store: 'embedded', clock })
  const user = await signInAnew(app, service)
  clock.advance(3600)
  await service.pulse.refresh()
  const byToken = await callApi(app, 'POST /api/auth/logout', { token: user.accessToken })
  t.match(byToken.json(), { code: 'TOKEN_EXPIRED' }, 'alone it proves too little')
  const body = { refreshToken: user.refreshToken }
  const both = await callApi(app, 'POST /api/auth/logout', { token: user.accessToken, body })
  t.equal(both.statusCode, 200)
  t.equal((await callApi(app, refresh, { body })).statusCode, 401)
})
