import pg from 'pg'
import t from 'tap'
import { clientToken, createClient, createGrant, postForm, type TestClient } from '../support/clients.ts'
import { sharedDatabaseUrl } from '../support/database.ts'
import { onEachStore, openService } from '../support/service.ts'
import { until } from '../support/until.ts'
import { signInAnew } from '../support/users.ts'

const url = '/oauth/revoke'

onEachStore(t, async (t, { app, service }) => {
  const client = await createClient(service)
  const isActive = async (asking: TestClient, token: string) =>
    (await postForm(app, { url: '/oauth/introspect', client: asking, form: { token } })).json<{ active: boolean }>().active
  const revoke = (token: string, more: Record<string, string> = {}, asking = client) =>
    postForm(app, { url, client: asking, form: { token, ...more } })
  const begin = async (clientId = client.id) => {
    const user = await signInAnew(app, service)
    return createGrant(service, { clientId, userId: user.id, sessionId: user.sessionId })
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

  t.test('I112: revoking an access token ends that one', async t => {
    const [one, other] = [await clientToken(app, client), await clientToken(app, client)]
    t.equal((await revoke(one)).statusCode, 200)
    t.notOk(await isActive(client, one))
    t.ok(await isActive(client, other))
    const { accessToken, refreshToken } = await begin()
    await revoke(accessToken)
    t.notOk(await isActive(client, accessToken))
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

  t.test('I116: only POST revokes, and no callback is called', async t => {
    const token = await clientToken(app, client)
    const answer = await app.inject(`${url}?token=${token}&callback=run`)
    t.equal(answer.statusCode, 405)
    t.equal(answer.headers['allow'], 'OPTIONS, POST')
    t.ok(await isActive(client, token))
    t.equal((await revoke(token, { callback: 'run' })).body, '')
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
