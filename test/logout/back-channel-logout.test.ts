import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { openAdmin } from '../admin/open-admin.ts'
import { createClient, createGrant, postForm } from '../support/clients.ts'
import { secret } from '../support/secrets.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { callApi, signInAnew, type SignedInUser } from '../support/users.ts'
import { startWebServer, type WebServer } from '../support/web-server.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** A client whose back channel is this server, and somebody who has signed in to it. */
async function openParty({ app, service }: OpenedService, server: WebServer, subject?: string) {
  const client = await createClient(service, { backchannelLogoutUri: `${server.url}/logout?tenant=secret-tenant` })
  const user = await signInAnew(app, service)
  await createGrant(service, {
    clientId: client.id, userId: user.id, sessionId: user.sessionId, ...(subject !== undefined && { subject })
  })
  return { client, user }
}

const tokenOf = ({ body }: { body: string }) => secret(new URLSearchParams(body).get('logout_token')!)

onEachStore(t, async (t, opened) => {
  const { app, service, issuer, logLines } = opened
  const { call } = await openAdmin(t, opened)
  const keys = createLocalJWKSet((await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>())
  const server = await startWebServer(t, response => void response.end())
  const verify = (token: string, audience: string) =>
    jwtVerify(token, keys, { issuer, audience, typ: 'logout+jwt', algorithms: ['RS256'], maxTokenAge: 60 })

  t.test('O180: a client is told of the end of a session by a logout token that it can verify', async t => {
    const { client, user } = await openParty(opened, server, 'pws_known-here')
    await callApi(app, 'POST /api/auth/logout', { token: user.accessToken })
    await service.notices.nudge()
    const [request, ...others] = server.requests.splice(0)
    t.equal(others.length, 0)
    t.match(request, {
      method: 'POST', path: '/logout?tenant=secret-tenant', headers: { 'content-type': 'application/x-www-form-urlencoded' }
    })
    t.strictSame([...new URLSearchParams(request!.body).keys()], ['logout_token'])
    const token = tokenOf(request!)
    const { payload } = await verify(token, client.id)
    t.strictSame(Object.keys(payload).toSorted(), ['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'], 'no nonce')
    t.match(payload, { aud: client.id, sub: 'pws_known-here', sid: user.sessionId })
    t.strictSame(payload['events'], { [event]: {} })
    t.equal(payload.exp! - payload.iat!, 120)
    t.ok(payload.jti!.length >= 22)

    t.match((await postForm(app, { url: '/oauth/introspect', client, form: { token } })).json(), { active: false },
      'it is no access token')
    t.equal((await callApi(app, 'GET /api/auth/me', { token })).statusCode, 401)
    const log = logLines.join('')
    t.match(log, `"outcome":"delivered"`)
    t.notMatch(log, 'secret-tenant')
    t.notMatch(log, token.split('.')[2]!)
    t.match(await service.metrics.render(), { body: /countersign_logout_notices_total\{outcome="delivered"\} [1-9]/ })
  })

  const ways: Record<string, (user: SignedInUser) => Promise<unknown>> = {
    'signing out': ({ refreshToken }) => callApi(app, 'POST /api/auth/logout', { body: { refreshToken } }),
    'signing out everywhere': ({ accessToken: token }) => callApi(app, 'POST /api/auth/logout-all', { token }),
    'ending it from the list of sessions': async user => {
      const elsewhere = await callApi(app, 'POST /api/auth/login', {
        body: { email: user.email, password: user.password, refreshTokenIn: 'body' }
      })
      const { accessToken } = elsewhere.json<{ accessToken: string }>()
      return callApi(app, `DELETE /api/auth/sessions/${user.sessionId}`, { token: accessToken })
    },
    'a new password elsewhere': async user => {
      const elsewhere = await callApi(app, 'POST /api/auth/login', {
        body: { email: user.email, password: user.password, refreshTokenIn: 'body' }
      })
      const { accessToken } = elsewhere.json<{ accessToken: string }>()
      return callApi(app, 'POST /api/auth/password', {
        token: accessToken, body: { oldPassword: user.password, newPassword: secret('another long password') }
      })
    },
    'an operator who revokes the session': ({ sessionId }) => call('POST /admin/revocations', { target: 'session', value: sessionId, reason: 'x' }),
    'an operator who revokes the user': ({ id }) => call('POST /admin/revocations', { target: 'user', value: id, reason: 'x' }),
    'an operator who disables the user': ({ id }) => call(`POST /admin/users/${id}/disable`, {}),
    'an operator who sets a password': ({ id }) => call(`POST /admin/users/${id}/password`, { password: secret('a password of theirs') })
  }
  for (const [way, end] of Object.entries(ways)) {
    t.test(`O180: it is told when the session ends by ${way}`, async t => {
      const { client, user } = await openParty(opened, server)
      const answer = await end(user) as { status?: number; statusCode?: number }
      t.ok((answer.status ?? answer.statusCode)! < 300, `answered ${answer.status ?? answer.statusCode}`)
      await service.notices.nudge()
      const requests = server.requests.splice(0)
      t.equal(requests.length, 1)
      t.match((await verify(tokenOf(requests[0]!), client.id)).payload, { sub: user.id, sid: user.sessionId })
    })
  }

  t.test('O181: discovery says so', async t => {
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<object>()
    t.match(metadata, { backchannel_logout_supported: true, backchannel_logout_session_supported: true })
  })
}, { config: { OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8', LOG_LEVEL: 'info' } })

t.test('D74: a client at an address that is not public is never contacted', async t => {
  const opened = await openService(t, { store: 'embedded' })
  const { app, service } = opened
  const server = await startWebServer(t, response => void response.end())
  for (const url of [server.url, `https://127.0.0.1:${server.port}`, `https://localhost:${server.port}`, `https://[::ffff:127.0.0.1]:${server.port}`]) {
    const { user } = await openParty(opened, { ...server, url })
    t.equal((await callApi(app, 'POST /api/auth/logout', { token: user.accessToken })).statusCode, 200, 'the user notices nothing')
    await service.notices.nudge()
  }
  t.strictSame(server.requests, [])
  t.match(await service.metrics.render(), { body: /countersign_logout_notices_total\{outcome="blocked"\} 4/ })
})
