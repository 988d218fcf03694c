import t from 'tap'
import { createAssignSubject } from '../../src/tokens/assign-subject.ts'
import { createClient, createGrant, postForm } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, claimsOf, signIn, signInAnew } from '../support/users.ts'
import { openAdmin } from '../admin/open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { rooms, stores } = service
  const assignSubject = createAssignSubject({ subjects: stores.subjects, random: service.random })
  const pairwise = async (uri: string) => {
    const { id, secret } = await createClient(service, { redirectUris: [uri], profile: { subjectType: 'pairwise' } })
    return { ...(await stores.clients.find(id))!, secret }
  }
  const [one, sibling, other] = [
    await pairwise('https://app.example/cb'), await pairwise('https://app.example/other'), await pairwise('https://other.example/cb')
  ]
  const reader = await createClient(service, { scopes: ['revocations:read', 'revocations:write'] })
  const readerToken = (await postForm(app, { url: '/oauth/token', client: reader, form: { grant_type: 'client_credentials' } }))
    .json<{ access_token: string }>().access_token
  const grantTo = async (client: typeof one, user: { id: string; sessionId: string }, offline = false) => createGrant(service, {
    clientId: client.id, userId: user.id, sessionId: user.sessionId, scopes: ['openid'], offline,
    subject: await assignSubject(user.id, client)
  })
  const isGood = async (token: string) => (await callApi(app, 'GET /oauth/userinfo', { token })).statusCode === 200

  t.test('N172: a subject is random, the same for ever within a sector, and another elsewhere', async t => {
    const user = await signInAnew(app, service)
    const first = await grantTo(one, user)
    const sub = claimsOf(first.accessToken)['sub'] as string
    t.match(sub, /^pws_[A-Za-z0-9_-]{22}$/)
    t.equal(claimsOf((await grantTo(one, await signIn(app, user))).accessToken)['sub'], sub, 'after another sign-in')
    await service.rotation.rotate('sign', { force: true, act: { reason: 'test', actor: 'admin' } })
    t.equal(claimsOf((await grantTo(one, user)).accessToken)['sub'], sub, 'after a rotation of keys')
    const refreshed = await postForm(app, { url: '/oauth/token', client: one, form: { grant_type: 'refresh_token', refresh_token: first.refreshToken } })
    t.equal(claimsOf(refreshed.json<{ access_token: string }>().access_token)['sub'], sub, 'after a refresh')
    t.equal(await assignSubject(user.id, sibling), sub)
    t.not(await assignSubject(user.id, other), sub)
    t.equal(await assignSubject(user.id, { ...one, profile: {} }), user.id, 'a client without pairwise subjects has the id')
    const somebody = await signInAnew(app, service)
    t.not(await assignSubject(somebody.id, one), sub)
    t.strictSame((await callApi(app, 'GET /oauth/userinfo', { token: first.accessToken })).json(), { sub })
  })

  t.test('the tokens say nothing of who the user is elsewhere', async t => {
    const user = await signInAnew(app, service)
    const { accessToken, refreshToken } = await grantTo(one, user, true)
    t.notMatch(JSON.stringify(claimsOf(accessToken)), new RegExp(user.id))
    t.notOk('sid' in claimsOf(accessToken), 'nor in which session, once it outlives that')
    const introspect = async (token: string) => (await postForm(app, { url: '/oauth/introspect', client: one, form: { token } })).json<Record<string, unknown>>()
    const { sub } = claimsOf(accessToken)
    const [access, refresh] = [await introspect(accessToken), await introspect(refreshToken)]
    t.match(access, { active: true, sub })
    t.notOk('sid' in access)
    t.match(refresh, { active: true, sub, token_use: 'refresh_token' })
    t.notMatch(JSON.stringify([access, refresh]), new RegExp(user.id))
  })

  const { call } = await openAdmin(t, opened)
  type Target = Awaited<ReturnType<typeof signInAnew>> & { subject: string }
  const ways: Record<string, (user: Target) => Promise<unknown>> = {
    'signing out everywhere': user => callApi(app, 'POST /api/auth/logout-all', { token: user.accessToken }),
    'disabling the user': user => call(`POST /admin/users/${user.id}/disable`),
    'a password set by an operator': user => call(`POST /admin/users/${user.id}/password`, { password: `${user.password}-new` }),
    'revoking the user by id': user => callApi(app, 'POST /revocations', { token: readerToken, body: { target: 'user', value: user.id, reason: 'test' } }),
    'revoking the user by a pairwise subject': user =>
      callApi(app, 'POST /revocations', { token: readerToken, body: { target: 'user', value: user.subject, reason: 'test' } }),
    "an operator's revocation of the subject": user => call('POST /admin/revocations', { target: 'user', value: user.subject, reason: 'test' })
  }
  for (const [way, act] of Object.entries(ways)) {
    t.test(`${way} reaches the tokens of every sector within the same lookup`, async t => {
      const user = await signInAnew(app, service)
      const bystander = await grantTo(one, await signInAnew(app, service))
      const grants = [await grantTo(one, user), await grantTo(sibling, user, true), await grantTo(other, user, true)]
      const tokens = [user.accessToken, ...grants.map(({ accessToken }) => accessToken)]
      const lookup = async () => (await callApi(app, 'POST /revocations/lookup', { token: readerToken, body: { tokens } }))
        .json<{ results: Array<{ revoked: boolean; target?: string }> }>().results
      t.ok((await lookup()).every(({ revoked }) => !revoked), 'all are good before')
      await act({ ...user, subject: claimsOf(grants[0]!.accessToken)['sub'] as string })
      t.strictSame((await lookup()).map(({ revoked, target }) => [revoked, target]), tokens.map(() => [true, 'user']))
      for (const { accessToken, refreshToken } of grants) {
        t.equal(await isGood(accessToken), false)
        t.equal((await postForm(app, { url: '/oauth/introspect', client: one, form: { token: refreshToken } })).json<{ active: boolean }>().active, false)
      }
      t.equal(await isGood(bystander.accessToken), true, "another user's live")
    })
  }

  t.test('what is granted after the end of everything lives under the same subject', async t => {
    const user = await signInAnew(app, service)
    const before = await grantTo(one, user)
    await rooms.revoker.revoke('user', user.id, { reason: 'test', actor: 'admin' })
    const after = await grantTo(one, await signIn(app, user))
    t.equal(claimsOf(after.accessToken)['sub'], claimsOf(before.accessToken)['sub'])
    t.equal(await isGood(before.accessToken), false)
    t.equal(await isGood(after.accessToken), true)
  })

  t.test('a subject that is nobody\'s ends nobody', async t => {
    const answer = await callApi(app, 'POST /revocations', { token: readerToken, body: { target: 'user', value: 'pws_nobody', reason: 'test' } })
    t.equal(answer.statusCode, 404)
    t.match(await call('POST /admin/revocations', { target: 'user', value: 'pws_nobody', reason: 'test' }), { status: 404 })
  })

  t.test('the claims of a pairwise token are looked up as they are, and completed where they are left out', async t => {
    const user = await signInAnew(app, service)
    const { accessToken } = await grantTo(one, user, true)
    const { jti, iat, sub } = claimsOf(accessToken) as { jti: string; iat: number; sub: string }
    const { kid } = JSON.parse(Buffer.from(accessToken.split('.')[0]!, 'base64url').toString()) as { kid: string }
    const ask = async (claims: object) => (await callApi(app, 'POST /revocations/lookup', { token: readerToken, body: { claims: [{ jti, iat, kid, ...claims }] } }))
      .json<{ results: object[] }>().results[0]
    t.match(await ask({ sub }), { revoked: false })
    t.match(await ask({ sub: user.id }), { revoked: true, target: 'invalid' }, 'no token of ours says that')
    await rooms.revoker.revoke('user', user.id, { reason: 'test', actor: 'admin' })
    for (const claims of [{}, { sub }, { client_id: one.id }]) t.match(await ask(claims), { revoked: true, target: 'user' })
  })
})
