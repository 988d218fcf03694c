import pg from 'pg'
import t from 'tap'
import { createVerifier, type VerifierError } from '../../src/verifier/index.ts'
import { clientToken, createClient, createGrant, postForm, type GrantRequest, type TestClient } from '../support/clients.ts'
import { sharedDatabaseUrl } from '../support/database.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { until } from '../support/until.ts'
import { signInAnew } from '../support/users.ts'

const url = '/oauth/revoke'

/** Asks the running service itself. */
const fetchFrom = ({ app, issuer }: OpenedService): typeof fetch => async (url, { method = 'GET', headers, body } = {}) => {
  const answer = await app.inject({
    method: method as 'GET', url: (url as string).slice(issuer.length), headers: headers as Record<string, string>,
    ...body && { payload: body as string }
  })
  return new Response(answer.body, { status: answer.statusCode })
}

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened
  const client = await createClient(service)
  const isActive = async (asking: TestClient, token: string) =>
    (await postForm(app, { url: '/oauth/introspect', client: asking, form: { token } })).json<{ active: boolean }>().active
  const revoke = (token: string, more: Record<string, string> = {}, asking = client) =>
    postForm(app, { url, client: asking, form: { token, ...more } })
  const begin = async (clientId = client.id, changes: Partial<GrantRequest> = {}) => {
    const user = await signInAnew(app, service)
    return createGrant(service, { clientId, userId: user.id, sessionId: user.sessionId, ...changes })
  }

  t.test('I111, Q195: revoking a refresh token ends the family before the answer is out', async t => {
    const { refreshToken, accessToken } = await begin()
    t.ok(await isActive(client, accessToken))
    const answer = await revoke(refreshToken)
    t.equal(answer.statusCode, 200)
    t.equal(answer.body, '')
    t.notOk(await isActive(client, accessToken))
    t.notOk(await isActive(client, refreshToken))
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken }
    t.match((await postForm(app, { url: '/oauth/token', client, form: refresh })).json(), { error: 'invalid_grant' })
  })

  t.test('I112: revoking an access token ends that one, at introspection, userinfo and resource servers', async t => {
    const [one, other] = [await clientToken(app, client), await clientToken(app, client)]
    t.equal((await revoke(one)).statusCode, 200)
    t.notOk(await isActive(client, one))
    t.ok(await isActive(client, other))

    const { accessToken, refreshToken } = await begin(client.id, { scopes: ['openid'], audience: [issuer] })
    const server = await createClient(service, { scopes: ['revocations:read'] })
    const verifier = createVerifier({
      issuer, audience: issuer, fetch: fetchFrom(opened),
      revocation: { mode: 'lookup', clientId: server.id, clientSecret: server.secret, lookupCache: 0 }
    })
    t.teardown(() => verifier.close())
    /** What introspection, userinfo and a resource server say of it. */
    const judge = async () => {
      const introspected = await postForm(app, { url: '/oauth/introspect', client, form: { token: accessToken } })
      const userinfo = await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${accessToken}` } })
      const verified = await verifier.verify(accessToken).then(({ revocation }) => revocation, (error: VerifierError) => error.code)
      return [introspected.json<{ active: boolean }>().active, userinfo.statusCode, userinfo.headers['www-authenticate'], verified]
    }
    t.strictSame(await judge(), [true, 200, undefined, 'good'])
    t.equal((await revoke(accessToken)).statusCode, 200)
    const [active, status, challenge, verified] = await judge()
    t.strictSame([active, status, verified], [false, 401, 'token_revoked'], 'before the answer is out')
    t.match(challenge, /^Bearer .*error="invalid_token"/)
    t.ok(await isActive(client, refreshToken), 'the family lives on')
  })

  t.test('I113: what is dead or was never alive is fine', async t => {
    const { refreshToken } = await begin()
    await revoke(refreshToken)
    const token = await clientToken(app, client)
    await revoke(token)
    for (const text of ['garbage', 'a.b.c', 'csrt_xyz', 'ключ', 'x'.repeat(9000), refreshToken, token, `${token}x`]) {
      t.equal((await revoke(text)).statusCode, 200, text.slice(0, 20))
    }
  })

  t.test("I114: another client's token is refused and stays alive", async t => {
    const thief = await createClient(service)
    const { refreshToken, accessToken } = await begin()
    for (const token of [refreshToken, accessToken]) {
      const answer = await revoke(token, {}, thief)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { error: 'unauthorized_client' })
      t.ok(await isActive(client, token))
    }
  })

  t.test('I115: the token is required once, and a wrong hint is ignored', async t => {
    t.match((await postForm(app, { url, client, form: {} })).json(), { error: 'invalid_request' })
    t.match((await postForm(app, { url, client, form: 'token=a&token=b' })).json(), { error: 'invalid_request' })
    t.equal((await postForm(app, { url, form: { token: 'x' } })).statusCode, 401)
    t.equal((await revoke('x', {}, { ...client, secret: 'wrong' })).statusCode, 401)
    const { refreshToken } = await begin()
    const token = await clientToken(app, client)
    await revoke(refreshToken, { token_type_hint: 'access_token' })
    await revoke(token, { token_type_hint: 'nonsense' })
    t.notOk(await isActive(client, refreshToken))
    t.notOk(await isActive(client, token))
  })

  t.test('I116: only POST revokes, pages of every site may ask, and no callback is called', async t => {
    const token = await clientToken(app, client)
    const headers = { origin: 'https://app.example.com' }
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await app.inject({ method, url: `${url}?token=${token}&callback=run`, headers })
      t.equal(answer.statusCode, 405, method)
      t.equal(answer.headers['allow'], 'OPTIONS, POST')
    }
    const preflight = await app.inject({ method: 'OPTIONS', url, headers: { ...headers, 'access-control-request-method': 'POST' } })
    t.equal(preflight.statusCode, 204)
    t.match(preflight.headers, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST' })
    t.ok(await isActive(client, token), 'none of that revoked it')
    const answer = await postForm(app, { url, client, form: { token, callback: 'run' }, headers })
    t.strictSame([answer.statusCode, answer.body, answer.headers['access-control-allow-origin']], [200, '', '*'])
    t.equal(answer.headers['access-control-allow-credentials'], undefined)
    t.notOk(await isActive(client, token))
  })

  t.test('a public client revokes its own tokens', async t => {
    const open = await createClient(service, { authMethods: ['none'], grantTypes: ['refresh_token'] })
    const { refreshToken } = await begin(open.id)
    t.equal((await postForm(app, { url, form: { token: refreshToken, client_id: open.id } })).statusCode, 200)
    t.equal((await service.rooms.readRefreshToken(refreshToken))?.grant.live, false)
  })
})

onEachStore(t, async (t, { app, service }) => {
  t.test('I117: nothing is acknowledged that is not durable', async t => {
    const client = await createClient(service)
    const token = await clientToken(app, client)
    await service.stores.close()
    const answer = await postForm(app, { url, client, form: { token } })
    t.equal(answer.statusCode, 503)
    t.match(answer.json(), { error: 'temporarily_unavailable' })
    t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
  })
})

t.test('I117: the answer waits until PostgreSQL has the revocation for good', {
  skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
}, async t => {
  const { app, service } = await openService(t, { store: 'real' })
  const client = await createClient(service)
  const token = await clientToken(app, client)
  const other = new pg.Client({ connectionString: service.config.databaseUrl })
  await other.connect()
  t.teardown(() => other.end())
  const count = async (sql: string): Promise<number> => Number((await other.query<{ count: string }>(sql)).rows[0]!.count)
  const journalled = () => count('SELECT count(*) FROM revocations')
  await other.query('BEGIN')
  await other.query('SELECT 1 FROM journal_head FOR UPDATE')
  let isAnswered = false
  const asked = postForm(app, { url, client, form: { token } }).finally(() => { isAnswered = true })
  const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await until('the revocation waits for its place in the journal', async () => await count(waiting) > 0)
  t.equal(isAnswered, false)
  t.equal(await journalled(), 0)
  await other.query('COMMIT')
  t.equal((await asked).statusCode, 200)
  t.equal(await journalled(), 1)
})
