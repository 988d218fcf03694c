import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSignJwt } from '../../src/tokens/sign-jwt.ts'
import { createVisitor, createWebClient, obtainTokens } from '../support/authorization.ts'
import { clientToken, createClient, createGrant, postForm } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { areAlike, compareTimes } from '../support/compare-times.ts'
import { availableStores, onEachStore, openService } from '../support/service.ts'
import { claimsOf, createUser, signInAnew } from '../support/users.ts'

const url = '/oauth/introspect'
const inactive = '{"active":false}'

onEachStore(t, async (t, { app, service, issuer }) => {
  const client = await createClient(service, { scopes: ['orders:read'] })
  const ask = (token: string, asking = client) => postForm(app, { url, client: asking, form: { token } })

  t.test('J118: an active token is described by its claims', async t => {
    const token = await clientToken(app, client)
    const answer = await ask(token)
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const claims = claimsOf(token)
    t.strictSame(answer.json(), { active: true, token_type: 'Bearer', ...claims, nbf: claims['iat'] })
    t.match(claims, { iss: issuer, sub: client.id, aud: issuer, client_id: client.id, scope: 'orders:read' })
  })

  t.test('J118: a refresh token is described by its grant: since when, until when, of whom, for what', async t => {
    const [user, audience] = [await signInAnew(app, service), ['https://mail.example.com']]
    const mail = await createClient(service, { scopes: ['mail', 'files'], audience })
    const { refreshToken } = await createGrant(service, {
      clientId: mail.id, userId: user.id, sessionId: user.sessionId, scopes: ['mail', 'files'], audience,
      subject: 'pws_x', idleLifetime: 300, absoluteLifetime: 1000
    })
    const about = async (token: string, lifetime: number) => {
      const { iat, exp, ...rest } = (await ask(token, mail)).json<{ iat: number; exp: number }>()
      t.ok(Math.abs(iat - Date.now() / 1000) < 30, 'seconds since 1970')
      t.ok(Math.abs(exp - iat - lifetime) <= 1, `${exp - iat} seconds`)
      // For the service alone (RFC 6749 §1.5), and of no token_type, which access tokens have (§5.1).
      t.strictSame(rest, {
        active: true, iss: issuer, sub: 'pws_x', aud: issuer, client_id: mail.id, scope: 'mail files', nbf: iat, token_use: 'refresh_token'
      })
      return { iat, exp }
    }
    const first = await about(refreshToken, 300)
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const next = (await postForm(app, { url: '/oauth/token', client: mail, form })).json<{ refresh_token: string }>().refresh_token
    const second = await about(next, 1000)
    t.ok(second.iat >= first.iat && second.exp > first.exp, 'its successor was issued later, and lives until the grant ends')
    t.equal((await ask(refreshToken, mail)).body, inactive)
  })

  t.test('a user token says who, in which session, and how', async t => {
    const user = await signInAnew(app, service)
    t.match((await ask(user.accessToken)).json(), {
      active: true, sub: user.id, sid: user.sessionId, grant_id: user.grantId, roles: ['user'], amr: ['pwd'], client_id: 'countersign'
    })
  })

  t.test('J119: everything else is exactly inactive', async t => {
    const revoked = await clientToken(app, client)
    await postForm(app, { url: '/oauth/revoke', client, form: { token: revoked } })
    const elsewhere = await createClient(service, { audience: ['https://orders.example.com'] })
    const user = await signInAnew(app, service)
    const live = await clientToken(app, client)
    const sign = createSignJwt(service.ring)
    const expired = await sign('at+jwt', { ...claimsOf(live), exp: 1 })
    const [idToken, logoutToken, foreign] = [await sign('JWT', claimsOf(live)), await sign('logout+jwt', claimsOf(live)), await clientToken(app, elsewhere)]
    for (const token of [
      'garbage', 'a.b.c', 'csrt_x', revoked, expired, foreign, user.refreshToken, idToken, logoutToken, `${live}A`, `${live}=`, ` ${live}`,
      live.slice(0, -1), 'x'.repeat(10_000)
    ]) {
      const answer = await ask(token)
      t.equal(answer.statusCode, 200)
      t.equal(answer.body, inactive)
      t.match(answer.headers, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    }
    const times = await compareTimes({
      unknown: () => ask('garbage'), expired: () => ask(expired), revoked: () => ask(revoked), foreign: () => ask(foreign), idToken: () => ask(idToken)
    })
    t.ok(areAlike(times), `and in the same time: ${JSON.stringify(times)}`)
  })

  t.test('J122: a signed answer is not to be had, and not advertised: who would take one gets JSON', async t => {
    const answer = await postForm(app, {
      url, client, form: { token: await clientToken(app, client) }, headers: { accept: 'application/token-introspection+jwt' }
    })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.match(answer.json(), { active: true })
    const metadata = (await app.inject('/.well-known/oauth-authorization-server')).json<Record<string, unknown>>()
    t.notOk('introspection_signing_alg_values_supported' in metadata)
  })

  t.test('J120: only confidential clients ask, and only by POST', async t => {
    t.equal((await postForm(app, { url, form: { token: 'x' } })).statusCode, 401)
    const wrong = await ask('x', { ...client, secret: 'wrong' })
    t.equal(wrong.statusCode, 401)
    t.match(wrong.headers['www-authenticate'], /^Basic/)
    const open = await createClient(service, { authMethods: ['none'] })
    const byPublic = await postForm(app, { url, form: { token: 'x', client_id: open.id } })
    t.equal(byPublic.statusCode, 401)
    t.match(byPublic.json(), { error: 'invalid_client' })
    t.match((await postForm(app, { url, client, form: {} })).json(), { error: 'invalid_request' })
    t.equal((await app.inject(url)).statusCode, 405)
  })

  t.test('J121: a resource server learns only of tokens for it, a client only of its own refresh tokens', async t => {
    const orders = await createClient(service, { audience: ['https://orders.example.com', 'https://stock.example.com'] })
    const user = await signInAnew(app, service)
    const granted = await createGrant(service, {
      clientId: client.id, userId: user.id, sessionId: user.sessionId, scopes: ['mail'], audience: ['https://stock.example.com']
    })
    t.match((await ask(granted.accessToken, orders)).json(), { active: true, aud: 'https://stock.example.com' })
    t.equal((await ask(granted.accessToken)).body, inactive, 'not even the client it was issued to')
    t.equal((await ask(granted.refreshToken, orders)).body, inactive)
    t.match((await ask(granted.refreshToken)).json(), { active: true, sub: user.id, client_id: client.id, scope: 'mail' })
  })

  t.test('J121: whoever signs users in without an audience, or registered itself, learns of its own tokens alone', async t => {
    const [web, shop] = [await createWebClient(service), await createWebClient(service, { profile: { subjectType: 'pairwise' } })]
    const registrationTokenHash = randomBytes(32)
    const stranger = await createWebClient(service, { registrationTokenHash })
    const servant = await createClient(service, { registrationTokenHash })
    const user = await signInAnew(app, service)
    const tokensOf = async (holder: typeof web) => obtainTokens(app, { client: holder, user: await createUser(service), visitor: createVisitor(app) })
    const own = new Map([[web, await tokensOf(web)], [shop, await tokensOf(shop)], [stranger, await tokensOf(stranger)]])
    for (const asking of [web, shop, stranger, servant]) {
      t.equal((await ask(user.accessToken, asking)).body, inactive, 'of a session of the first-party API')
      t.equal((await ask(await clientToken(app, client), asking)).body, inactive, 'of a service')
      for (const [holder, tokens] of own) {
        const answer = await ask(tokens.access_token, asking)
        if (asking === holder) t.match(answer.json(), { active: true, client_id: holder.id }, 'its own')
        else t.equal(answer.body, inactive, 'of another application')
      }
    }
    const service2 = await createWebClient(service, { audience: [issuer] })
    t.match((await ask(user.accessToken, service2)).json(), { active: true, sub: user.id }, 'an operator may name the issuer')
  })
})

for (const store of availableStores()) {
  t.test(`J119: an expired token is exactly inactive, on ${store} stores`, async t => {
    const clock = createTestClock(Date.now())
    const { app, service } = await openService(t, { store, clock })
    const client = await createClient(service)
    const token = await clientToken(app, client)
    const ask = () => postForm(app, { url, client, form: { token } })
    clock.advance(599)
    await service.pulse.refresh()
    t.match((await ask()).json(), { active: true })
    clock.advance(1)
    await service.pulse.refresh()
    t.equal((await ask()).body, inactive)
  })
}
