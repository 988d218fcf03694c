import t from 'tap'
import { makeRefreshToken } from '../../src/tokens/refresh-token.ts'
import { callback, createVisitor, createWebClient, obtainCode } from '../support/authorization.ts'
import { createClient, createGrant, postForm, type GrantRequest, type TestClient } from '../support/clients.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore, type OpenedService } from '../support/service.ts'
import { callApi, claimsOf, createUser, signIn, signInAnew } from '../support/users.ts'

interface Tokens {
  access_token: string
  refresh_token: string
  scope: string
}

function openWorld({ app, service }: OpenedService) {
  const refresh = (client: TestClient, refreshToken: string, more: Record<string, string> = {}) =>
    postForm(app, { url: '/oauth/token', client, form: { grant_type: 'refresh_token', refresh_token: refreshToken, ...more } })
  const isActive = async (client: TestClient, token: string) =>
    (await postForm(app, { url: '/oauth/introspect', client, form: { token } })).json<{ active: boolean }>().active
  /** A user's grant to a new client. */
  async function begin(changes: Partial<GrantRequest> = {}) {
    const client = await createClient(service, { scopes: ['mail', 'files'] })
    const user = await signInAnew(app, service)
    const granted = await createGrant(service, {
      clientId: client.id, userId: user.id, sessionId: user.sessionId, scopes: ['mail', 'files'], ...changes
    })
    return { client, user, ...granted }
  }
  return { refresh, isActive, begin }
}

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { refresh, isActive, begin } = openWorld(opened)

  t.test('F87: a refresh answers with a new access token and a new refresh token', async t => {
    const { client, refreshToken, grant } = await begin()
    const answer = await refresh(client, refreshToken)
    t.equal(answer.statusCode, 200)
    const body = answer.json<Tokens>()
    t.not(body.refresh_token, refreshToken)
    t.match(body.refresh_token, /^csrt_[A-Za-z0-9_-]{78}$/)
    t.match(claimsOf(body.access_token), { client_id: client.id, grant_id: grant.id, scope: 'mail files' })
    t.equal((await refresh(client, body.refresh_token)).statusCode, 200)
  })

  t.test('F88: a replay outside the grace ends the family, access tokens included', async t => {
    const { client, refreshToken, accessToken } = await begin()
    let newest = refreshToken
    // Nine back, a token is a replay however quick the rotations were.
    for (let turn = 0; turn < 9; turn++) newest = (await refresh(client, newest)).json<Tokens>().refresh_token
    t.ok(await isActive(client, accessToken))
    t.match((await refresh(client, refreshToken)).json(), { error: 'invalid_grant' })
    t.match((await refresh(client, newest)).json(), { error: 'invalid_grant' })
    t.notOk(await isActive(client, accessToken))
    t.notOk(await isActive(client, newest))
    t.ok(opened.logLines.some(line => line.includes('refresh-token/replayed')), 'the event is logged')
  })

  t.test('F89, F90: racers and a lost response get the same one successor', async t => {
    const { client, refreshToken, grant } = await begin()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(client, refreshToken)))
    t.strictSame([...new Set(answers.map(answer => answer.statusCode))], [200])
    t.equal(new Set(answers.map(answer => answer.json<Tokens>().refresh_token)).size, 1)
    t.equal((await service.stores.grants.find(grant.id))?.generation, 2)
    const retried = await refresh(client, refreshToken)
    t.equal(retried.json<Tokens>().refresh_token, answers[0]!.json<Tokens>().refresh_token)
  })

  t.test('F91: a narrowed refresh narrows this one access token alone', async t => {
    const { client, refreshToken } = await begin()
    const narrowed = (await refresh(client, refreshToken, { scope: 'mail' })).json<Tokens>()
    t.equal(narrowed.scope, 'mail')
    t.equal(claimsOf(narrowed.access_token)['scope'], 'mail')
    const next = (await refresh(client, narrowed.refresh_token)).json<Tokens>()
    t.equal(next.scope, 'mail files')
  })

  t.test('F92: a wider or malformed scope is refused and spends nothing', async t => {
    const { client, refreshToken, grant } = await begin()
    for (const scope of ['mail admin', 'a"b', 'mail  files']) {
      t.match((await refresh(client, refreshToken, { scope })).json(), { error: 'invalid_scope' }, scope)
    }
    t.equal((await service.stores.grants.find(grant.id))?.generation, 1)
    t.equal((await refresh(client, refreshToken)).statusCode, 200)
  })

  t.test("F93: another client's refresh token is refused, and its owner goes on", async t => {
    const { client, refreshToken } = await begin()
    const thief = await createClient(service)
    t.match((await refresh(thief, refreshToken)).json(), { error: 'invalid_grant' })
    const open = await createClient(service, { authMethods: ['none'] })
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: open.id }
    t.match((await postForm(app, { url: '/oauth/token', form })).json(), { error: 'invalid_grant' })
    const next = (await refresh(client, refreshToken)).json<Tokens>().refresh_token
    t.match((await refresh(thief, refreshToken)).json(), { error: 'invalid_grant' }, 'nor does a rotated one punish anyone')
    t.equal((await refresh(client, next)).statusCode, 200)
  })

  t.test('F94: a public client says who it is and must be right', async t => {
    const open = await createClient(service, { authMethods: ['none'], grantTypes: ['refresh_token'], scopes: ['mail', 'files'] })
    const { refreshToken } = await begin({ clientId: open.id })
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    t.match((await postForm(app, { url: '/oauth/token', form })).json(), { error: 'invalid_client' })
    t.equal((await postForm(app, { url: '/oauth/token', form: { ...form, client_id: open.id } })).statusCode, 200)
  })

  t.test('F95: both lifetimes end a family', async t => {
    for (const lifetime of [{ idleLifetime: 0 }, { absoluteLifetime: 0 }]) {
      const { client, refreshToken } = await begin(lifetime)
      t.match((await refresh(client, refreshToken)).json(), { error: 'invalid_grant' }, Object.keys(lifetime)[0]!)
    }
  })

  t.test('F95: each refresh begins the idle lifetime anew, and none moves the absolute one', async t => {
    const { client, refreshToken, grant } = await begin({ idleLifetime: 60, absoluteLifetime: 1000 })
    /** Seconds from the grant's beginning to its end, as far as the end is known. */
    const lifetime = async () => {
      const { endsAt } = (await service.stores.grants.find(grant.id))!
      return Math.round((endsAt.getTime() - grant.issuedAt.getTime()) / 1000)
    }
    t.equal(await lifetime(), 60)
    const next = (await refresh(client, refreshToken)).json<Tokens>().refresh_token
    t.equal(await lifetime(), 1000, 'the idle lifetime in force is longer than what is left')
    t.equal((await refresh(client, next)).statusCode, 200)
    t.equal(await lifetime(), 1000)
  })

  t.test('F96: a disabled user, a deleted client and a revoked family get nothing', async t => {
    const act = { reason: 'test', actor: 'admin' }
    const disabled = await begin()
    await service.stores.users.endEverything(disabled.user.id, act, { disabled: true })
    t.match((await refresh(disabled.client, disabled.refreshToken)).json(), { error: 'invalid_grant' })
    const revoked = await begin()
    await service.stores.grants.revoke(revoked.grant.id, act)
    t.match((await refresh(revoked.client, revoked.refreshToken)).json(), { error: 'invalid_grant' })
    const signedOut = await begin()
    await callApi(app, 'POST /api/auth/logout', { token: signedOut.user.accessToken })
    t.match((await refresh(signedOut.client, signedOut.refreshToken)).json(), { error: 'invalid_grant' })
    const [taken, deleted] = [await begin(), await begin()]
    await service.stores.clients.endEverything(taken.client.id, act)
    t.match((await refresh(taken.client, taken.refreshToken)).json(), { error: 'invalid_grant' }, 'a client that lost all it was granted')
    await service.stores.clients.delete(deleted.client.id, act)
    const answers = [await refresh(deleted.client, deleted.refreshToken)]
    await service.pulse.refresh()
    answers.push(await refresh(deleted.client, deleted.refreshToken))
    t.match(answers[0]!.json(), { error: /^invalid_(grant|client)$/ }, 'gone, where that is not known yet')
    t.match([answers[1]!.statusCode, answers[1]!.json()], [401, { error: 'invalid_client' }], 'who is no client any more cannot even say who it is')
  })

  t.test('F97: whatever is no refresh token is refused and does no harm', async t => {
    const { client, refreshToken, grant } = await begin()
    const forged = [
      'x', 'csrt_', 'x'.repeat(10_000), 'csrt_' + 'A'.repeat(78), 'ключ', "'; DROP TABLE grants; --", `${refreshToken}A`,
      refreshToken.slice(0, -1), ` ${refreshToken}`, refreshToken.toUpperCase(),
      makeRefreshToken({ ...grant, secret: Buffer.alloc(16) }, service.ring.mac()),
      makeRefreshToken({ ...grant, generation: 9 }, service.ring.mac())
    ]
    for (const token of forged) {
      const answer = await refresh(client, token)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { error: 'invalid_grant' }, token.slice(0, 20))
    }
    t.equal((await refresh(client, refreshToken)).statusCode, 200)
    t.ok(opened.logLines.some(line => line.includes('refresh-token/from-the-future')), 'a token from the future says so')
  })

  t.test('E85, F100: nothing is bound to a key of DPoP, and no answer says that it is, whoever sends a proof or a dpop_jkt', async t => {
    const [client, user, visitor] = [await createWebClient(service), await createUser(service), createVisitor(app)]
    const { code, verifier } = await obtainCode({ client, user, visitor, changes: { dpop_jkt: 'a'.repeat(43), scope: 'openid offline_access', prompt: 'consent' } })
    const send = async (form: Record<string, string>) =>
      (await postForm(app, { url: '/oauth/token', client, form, headers: { dpop: 'a.b.c' } })).json<Tokens & { token_type: string }>()
    const first = await send({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback })
    const second = await send({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
    for (const { access_token: token, refresh_token: further, token_type: type } of [first, second]) {
      t.equal(type, 'Bearer')
      t.notOk('cnf' in claimsOf(secret(token)))
      secret(further)
    }
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, unknown>>()
    t.notOk('dpop_signing_alg_values_supported' in metadata)
  })

  t.test('F99: an access token does not refresh, and a refresh token opens nothing', async t => {
    const { client, refreshToken, accessToken } = await begin()
    t.match((await refresh(client, accessToken)).json(), { error: 'invalid_grant' })
    const answer = await callApi(app, 'GET /api/auth/me', { token: refreshToken })
    t.equal(answer.statusCode, 401)
    t.match(answer.headers['www-authenticate'], /error="invalid_token"/)
  })

  t.test('a first-party refresh token works nowhere but under /api/auth', async t => {
    const user = await signIn(app, await createUser(service))
    const client = await createClient(service)
    t.match((await refresh(client, user.refreshToken)).json(), { error: 'invalid_grant' })
    const form = { grant_type: 'refresh_token', refresh_token: user.refreshToken, client_id: 'countersign' }
    t.match((await postForm(app, { url: '/oauth/token', form })).json(), { error: 'unauthorized_client' })
    t.equal((await callApi(app, 'POST /api/auth/refresh', { body: { refreshToken: user.refreshToken } })).statusCode, 200)
  })

  t.test("a client's refresh token does not work under /api/auth", async t => {
    const { refreshToken } = await begin()
    const answer = await callApi(app, 'POST /api/auth/refresh', { body: { refreshToken } })
    t.equal(answer.statusCode, 401)
    t.match(answer.json(), { code: 'TOKEN_INVALID' })
    t.equal((await callApi(app, 'POST /api/auth/logout', { body: { refreshToken } })).statusCode, 401)
  })
})
