import { createHmac } from 'node:crypto'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import {
  authorizeUrl, createDynamicClient, createVisitor, createWebClient, formsOf, obtainTokens, refreshTokens, responseOf, settle, signInOn, submit, walk, type Visitor
} from '../support/authorization.ts'
import { postForm } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { callApi, claimsOf, cookiesOf, createUser, signIn } from '../support/users.ts'

const goodbye = 'https://app.example.com/goodbye?from=id'
const sessionCookie = 'countersign_session'
const end = (params: Record<string, string>) => `/oauth/logout?${new URLSearchParams(params).toString()}`

/** The page that asks, or undefined. */
const questionOf = (answer: { body: string }) => /action="\/oauth\/logout\/([\w-]{22})"/.exec(answer.body)?.[1]

async function openScene({ app, service }: OpenedService) {
  const client = await createWebClient(service, { postLogoutRedirectUris: [goodbye], backchannelLogoutUri: 'https://app.example.com/out' })
  return {
    client,
    async arrive(changes: Record<string, string> = {}) {
      const [visitor, user] = [createVisitor(app), await createUser(service)]
      return { visitor, user, tokens: await obtainTokens(app, { client, user, visitor, changes }) }
    },
    isSignedIn: async (visitor: Visitor) =>
      'code' in responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none' })))
  }
}

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { client, arrive, isSignedIn } = await openScene(opened)
  const confirm = (visitor: Visitor, page: Awaited<ReturnType<Visitor['get']>>) => submit(visitor, page, { form: questionOf(page)! })

  t.test('O175: an ID token of the session ends it without a question, and the state comes back as it was', async t => {
    const states: Array<string | undefined> = ['xyz', 'a b&c=d/ü<script>+%2B"', undefined]
    for (const state of states) {
      const { visitor, tokens } = await arrive()
      const cookie = visitor.cookies.get(sessionCookie)!
      const answer = await visitor.get(end({
        id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye, ...state !== undefined && { state }
      }))
      t.equal(answer.statusCode, 303)
      t.equal(answer.headers.location, state === undefined ? goodbye : `${goodbye}&state=${encodeURIComponent(state)}`)
      t.match(answer.headers, { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
      t.notOk(visitor.cookies.has(sessionCookie), 'the cookie is gone')
      visitor.cookies.set(sessionCookie, cookie)
      t.match(responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none' }))), { error: 'login_required' }, 'and dead')
    }
  })

  t.test('O176: to an address that is not registered, byte for byte, nobody is sent', async t => {
    const variants = [
      'https://evil.example/', 'https://app.example.com/goodbye', `${goodbye}&foo=bar`, `${goodbye}#x`, `${goodbye}/`, 'https://app.example.com/goodbye/?from=id',
      'https://APP.example.com/goodbye?from=id', 'https://app.example.com/GOODBYE?from=id', 'https://app.example.com/goodby%65?from=id',
      'https://app.example.com:443/goodbye?from=id', 'http://app.example.com/goodbye?from=id', 'https://app.example.com@evil.example/goodbye?from=id',
      'https://user@app.example.com/goodbye?from=id', 'https://app.example.com/x/../goodbye?from=id', `${goodbye}\n`, ` ${goodbye}`, `${goodbye}%0d%0aLocation:x`,
      'javascript:alert(1)', '//evil.example', '/', ''
    ]
    const { visitor, tokens } = await arrive()
    for (const uri of variants) {
      const answer = await visitor.get(end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: uri, state: 'x' }))
      t.equal(answer.statusCode, 200, uri)
      t.notOk('location' in answer.headers, uri)
      t.notMatch(answer.body, /<a |evil|goodbye/, uri)
    }
    const twice = await visitor.get(`${end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye })}&post_logout_redirect_uri=https://evil.example`)
    t.equal(twice.statusCode, 200)
    t.notMatch(twice.body, /<a |evil/)
    const other = await createWebClient(service, { postLogoutRedirectUris: ['https://other.example.com/'] })
    const foreign = await arrive()
    const answer = await foreign.visitor.get(end({ id_token_hint: foreign.tokens.id_token, post_logout_redirect_uri: 'https://other.example.com/' }))
    t.notOk('location' in answer.headers, `what ${other.id} registered is not for others`)
  })

  t.test('O177: a hint that proves nothing ends nothing and leads nowhere', async t => {
    const { visitor, user, tokens } = await arrive()
    const other = await createWebClient(service)
    const { privateKey } = await generateKeyPair('RS256')
    const claims = decodeJwt(tokens.id_token)
    const [header, payload] = tokens.id_token.split('.') as [string, string]
    const kid = (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const jwk = service.rooms.ring.jwks().body
    const macInput = `${encode({ alg: 'HS256', typ: 'JWT', kid })}.${payload}`
    const stranger = await arrive()
    const hints: Record<string, Record<string, string>> = {
      'nothing but the address': {},
      'the client alone': { client_id: client.id },
      'alg none': { id_token_hint: `${encode({ alg: 'none', typ: 'JWT', kid })}.${payload}.` },
      'signed by another key': { id_token_hint: await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey) },
      'our public key as a secret': { id_token_hint: `${macInput}.${createHmac('sha256', jwk).update(macInput).digest('base64url')}` },
      'changed': { id_token_hint: `${header}.${encode({ ...claims, sid: 'other' })}.${tokens.id_token.split('.')[2]}` },
      'no token at all': { id_token_hint: 'x', client_id: client.id },
      'an access token': { id_token_hint: tokens.access_token },
      'another client says it is its own': { id_token_hint: tokens.id_token, client_id: other.id },
      'the hint of another session': { id_token_hint: stranger.tokens.id_token }
    }
    for (const [name, params] of Object.entries(hints)) {
      const answer = await visitor.get(end({ ...params, post_logout_redirect_uri: goodbye, state: 'x' }))
      t.equal(answer.statusCode, 200, name)
      t.ok(questionOf(answer), `${name}: the person is asked`)
      t.match(answer.body, user.email, name)
      t.ok(visitor.cookies.has(sessionCookie), name)
      const anonymous = await createVisitor(app).get(end({ ...params, post_logout_redirect_uri: goodbye, state: 'x' }))
      if (name !== 'the hint of another session') t.notOk('location' in anonymous.headers, `${name}: nobody is sent anywhere`)
    }
    t.ok(await isSignedIn(visitor))
    t.ok(await isSignedIn(stranger.visitor))
  })

  t.test('O177: with an ID token of its own a client that registered itself sends nobody anywhere', async t => {
    const phishing = await createDynamicClient(service, { postLogoutRedirectUris: [goodbye] })
    const [attacker, victim] = [createVisitor(app), createVisitor(app)]
    const tokens = await obtainTokens(app, { client: phishing, user: await createUser(service), visitor: attacker })
    const link = end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye })
    const answer = await victim.get(link)
    t.equal(answer.statusCode, 200)
    t.notOk('location' in answer.headers)
    t.match(answer.body, `href="${goodbye}"`, 'who wants to may go there')
    t.equal((await attacker.get(link)).headers.location, goodbye, 'who was signed in to it comes back to it')
  })

  t.test('O177: after the question a client that registered itself leads nowhere by itself, and says by no name of its own where', async t => {
    const elsewhere = 'https://evil.example/signin?x=1'
    const phishing = await createDynamicClient(service, { name: 'Your Bank', postLogoutRedirectUris: [goodbye, elsewhere] })
    const { visitor, user } = await arrive()
    const page = await visitor.get(end({ client_id: phishing.id, post_logout_redirect_uri: elsewhere }))
    t.match(page.body, 'Nobody has checked this application')
    const done = await confirm(visitor, page)
    t.equal(done.statusCode, 200)
    t.notOk('location' in done.headers)
    t.match(done.body, 'The next page is at evil.example, which nobody here has checked.')
    t.match(done.body, `href="${elsewhere}"`)
    t.notMatch(done.body, 'Your Bank')
    t.notOk(await isSignedIn(visitor))
    const anonymous = await createVisitor(app).get(end({ client_id: phishing.id, post_logout_redirect_uri: elsewhere }))
    t.match(anonymous.body, 'The next page is at evil.example', 'nor where nobody is signed in')
    const tokens = await obtainTokens(app, { client: phishing, user, visitor })
    const other = await visitor.get(end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: elsewhere }))
    t.match(other.body, 'The next page is at evil.example', 'nor to another host than the person let it in for')
    t.notOk('location' in other.headers)
    t.notOk(await isSignedIn(visitor), 'but it does sign out')
  })

  t.test('O178: without a hint the person is asked, signed out on "yes", and told', async t => {
    const { client_id: clientId } = { client_id: client.id }
    const asked: Array<Record<string, string>> = [{}, { state: 'x' }, { client_id: clientId }, { post_logout_redirect_uri: goodbye }]
    for (const params of asked) {
      const { visitor, user } = await arrive()
      const page = await visitor.get(end(params))
      t.equal(page.statusCode, 200)
      t.match(page.body, user.email)
      t.ok(await isSignedIn(visitor), 'asking is not signing out')
      const done = await confirm(visitor, page)
      t.equal(done.statusCode, 200)
      t.match(done.body, 'You are signed out')
      t.notMatch(done.body, 'state=x')
      t.notOk(await isSignedIn(visitor))
    }
    const nobody = await createVisitor(app).get('/oauth/logout')
    t.match(nobody.body, 'You are signed out', 'whoever is not signed in hears the same')
  })

  t.test('O178: with a registered address the person comes back to the application after the question', async t => {
    const { visitor } = await arrive()
    const page = await visitor.get(end({ client_id: client.id, post_logout_redirect_uri: goodbye, state: 'x' }))
    const done = await confirm(visitor, page)
    t.equal(done.headers.location, `${goodbye}&state=x`)
    const again = await confirm(visitor, page)
    t.equal(again.headers.location, `${goodbye}&state=x`, 'a second click does no harm')
    const reload = await settle(visitor, await visitor.get(`/oauth/logout/${questionOf(page)}`))
    t.match(reload.body, 'You are signed out')
  })

  t.test('O179: by POST as by GET, also from a page of another site, which brings no cookie', async t => {
    const { visitor, tokens } = await arrive()
    const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye, state: 'x' }
    const answer = await visitor.post('/oauth/logout', params)
    t.equal(answer.headers.location, `${goodbye}&state=x`)
    t.notOk(await isSignedIn(visitor))
    const other = await arrive()
    // A browser leaves out `Lax` cookies with such a form, and brings them with the redirect.
    const crossing = await postForm(app, { url: '/oauth/logout', form: { ...params, id_token_hint: other.tokens.id_token } })
    t.equal(crossing.statusCode, 303)
    t.strictSame(cookiesOf(crossing).lines, [])
    const landed = await settle(other.visitor, await other.visitor.get(crossing.headers.location!))
    t.equal(landed.headers.location, `${goodbye}&state=x`)
    t.notOk(await isSignedIn(other.visitor))
  })

  t.test('O179: another site cannot sign a person out', async t => {
    const { visitor } = await arrive()
    const attacks = {
      'a link': await visitor.get('/oauth/logout'),
      'a form with cookies': await visitor.post('/oauth/logout', {}, { 'sec-fetch-site': 'cross-site' }),
      'a form without': await postForm(app, { url: '/oauth/logout', form: '' }),
      'a long form without': await postForm(app, { url: '/oauth/logout', form: { state: 'x'.repeat(7000) } })
    }
    for (const [name, answer] of Object.entries(attacks)) t.notMatch(cookiesOf(answer).lines.join(), /countersign_session/, name)
    t.ok(await isSignedIn(visitor))
    const page = await visitor.get('/oauth/logout')
    const { action, csrf } = formsOf(page)[questionOf(page)!]!
    const attacker = await arrive()
    const foreign = await attacker.visitor.get('/oauth/logout')
    const refused = {
      'no token': await visitor.post(action, {}),
      'the token of another page': await visitor.post(action, { csrf: formsOf(foreign)[questionOf(foreign)!]!.csrf }),
      'the page of another browser': await visitor.post(formsOf(foreign)[questionOf(foreign)!]!.action, { csrf: formsOf(foreign)[questionOf(foreign)!]!.csrf }),
      'another browser': await attacker.visitor.post(action, { csrf }),
      'another site': await visitor.post(action, { csrf }, { 'sec-fetch-site': 'cross-site' })
    }
    for (const [name, answer] of Object.entries(refused)) {
      t.equal(answer.statusCode, 403, name)
      t.notMatch(cookiesOf(answer).lines.join(), /countersign_session/, name)
    }
    t.ok(await isSignedIn(visitor))
    t.ok(await isSignedIn(attacker.visitor))
    t.notMatch((await visitor.get(`${action}?csrf=${csrf}`)).body, 'You are signed out')
    t.ok(await isSignedIn(visitor), 'nor does a link to the form')
  })

  t.test('the page asks about one session: another one that has come meanwhile is asked for itself', async t => {
    const { visitor } = await arrive()
    const page = await visitor.get('/oauth/logout')
    const second = await createUser(service)
    const signedIn = await settle(visitor, await visitor.get(authorizeUrl(client, { prompt: 'login' })))
    await walk(visitor, authorizeUrl(client), second).catch(() => undefined)
    await signInOn(visitor, signedIn, second)
    const answer = await confirm(visitor, page)
    t.ok(questionOf(answer))
    t.match(answer.body, second.email)
    t.match((await confirm(visitor, answer)).body, 'You are signed out')
  })

  t.test('a session that has ended meanwhile is signed out of all the same', async t => {
    const { visitor, user, tokens } = await arrive()
    const page = await visitor.get(end({ client_id: client.id, post_logout_redirect_uri: goodbye }))
    await service.rooms.sessions.endAll(user.id)
    t.equal((await confirm(visitor, page)).headers.location, goodbye)
    const hinted = await visitor.get(end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye }))
    t.equal(hinted.headers.location, goodbye, 'and so is one that nobody remembers, with a good hint')
  })

  t.test('O182: signing out ends what was granted in the session, and nothing that was granted beyond it', async t => {
    const user = await createUser(service)
    const visitor = createVisitor(app)
    const online = await obtainTokens(app, { client, user, visitor })
    const offline = await obtainTokens(app, { client, user, visitor, changes: { scope: 'openid offline_access', prompt: 'consent' } })
    const { accessToken } = await signIn(app, user)
    const isActive = async (token: string) =>
      (await postForm(app, { url: '/oauth/introspect', client, form: { token } })).json<{ active: boolean }>().active
    const sid = claimsOf(online.id_token)['sid']
    t.equal(claimsOf(online.access_token)['sid'], sid)
    t.notOk('sid' in claimsOf(offline.access_token))
    for (const { access_token: token } of [online, offline]) t.ok(await isActive(token))
    await visitor.get(end({ id_token_hint: online.id_token }))
    t.notOk(await isActive(online.access_token), 'in the very next look')
    t.ok(await isActive(offline.access_token))
    t.match((await refreshTokens(app, client, { refresh_token: online.refresh_token })).json(), { error: 'invalid_grant' })
    t.equal((await refreshTokens(app, client, { refresh_token: offline.refresh_token })).statusCode, 200)
    t.equal((await callApi(app, 'GET /api/auth/me', { token: accessToken })).statusCode, 200, 'other sessions are not concerned')
  })

  t.test('O181: discovery says how to sign out, and ID tokens say of which session', async t => {
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, unknown>>()
    t.match(metadata, {
      end_session_endpoint: /\/oauth\/logout$/, backchannel_logout_supported: true, backchannel_logout_session_supported: true
    })
    const { tokens } = await arrive()
    t.type(claimsOf(tokens.id_token)['sid'], 'string')
  })
})

t.test('O179: an ID token that has expired is still a hint', async t => {
  const clock = createTestClock(Date.now())
  const opened = await openService(t, { store: 'embedded', clock })
  const { arrive, isSignedIn } = await openScene(opened)
  const { visitor, tokens } = await arrive()
  clock.advance(7200)
  await opened.service.pulse.refresh()
  t.ok((claimsOf(tokens.id_token)['exp'] as number) < clock.now() / 1000)
  const answer = await visitor.get(end({ id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye }))
  t.equal(answer.headers.location, goodbye)
  t.notOk(await isSignedIn(visitor))
})
