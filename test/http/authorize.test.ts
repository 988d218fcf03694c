import t, { type Test } from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import {
  authorizeUrl, callback, consentOn, createDynamicClient, createVisitor, createWebClient, formsOf, obtainCode, obtainTokens, redeemCode,
  requestParams, responseOf, settle, signInOn, submit, walk, type RequestChanges, type Visitor
} from '../support/authorization.ts'
import { onEachStore } from '../support/service.ts'
import { createUser } from '../support/users.ts'

/** Where an authorization response goes, and what it holds. */

const marker = 'marker-9f3a'

/** A page of ours: no way out, and nothing of the request in it. */
function isPage(t: Test, answer: LightMyRequestResponse, name: string): void {
  t.equal(answer.statusCode, 400, name)
  t.match(answer.headers['content-type'], 'text/html; charset=utf-8', name)
  t.equal(answer.headers.location, undefined, name)
  t.equal(answer.headers['cache-control'], 'no-store', name)
  t.notMatch(answer.body, new RegExp(marker), name)
  t.notMatch(answer.body, /evil|<script/i, name)
}

onEachStore(t, async (t, { app, service, issuer }) => {
  const user = await createUser(service)
  const client = await createWebClient(service, {
    redirectUris: [callback, 'https://app.example.com/with?tenant=1', 'https://app.example.com/open?']
  })
  const only = await createWebClient(service, { authMethods: ['none'] })
  const visitor = createVisitor(app)
  await walk(visitor, authorizeUrl(client), user)
  await walk(visitor, authorizeUrl(only), user)
  const ask = (changes: RequestChanges, asking = client) => visitor.get(authorizeUrl(asking, changes))

  t.test('A1: a signed-in user who has consented is sent to the exact redirect URI with code, state and iss, each once', async t => {
    const answer = await ask({ state: 'a state' })
    t.equal(answer.statusCode, 303)
    t.match(answer.headers.location, new RegExp(
      `^https://app\\.example\\.com/callback\\?code=csac_[\\w-]{43}&state=a%20state&iss=${encodeURIComponent(issuer)}$`))
    t.equal(answer.headers['cache-control'], 'no-store')
    t.equal(answer.headers['referrer-policy'], 'no-referrer')
    t.equal(answer.body, '')
  })

  t.test('A2: the same by POST: within the site at once, from another site by way of the redirect that brings the cookie', async t => {
    const form = requestParams(client).toString()
    const answer = await visitor.post('/oauth/authorize', form)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.match(responseOf(answer), { code: /^csac_/, state: 'state-1', iss: issuer })
    const [first, ...rest] = form.split('&')
    const halved = await visitor.post(`/oauth/authorize?${first}`, rest.join('&'))
    t.match(responseOf(halved), { code: /^csac_/ }, 'one half in the URL, the other in the body')

    const foreign = await createVisitor(app).post('/oauth/authorize', form)
    t.equal(foreign.statusCode, 303)
    t.equal(foreign.headers.location, `/oauth/authorize?${form}`)
    t.match(responseOf(await visitor.get(foreign.headers.location!)), { code: /^csac_/ })
    const stranger = await createVisitor(app).post('/oauth/authorize', requestParams(client, { state: 's'.repeat(4000) }).toString() + `&x=${'y'.repeat(4000)}`)
    t.match(stranger.headers.location, /^\/interaction\//, 'what fits into no URL is kept')
    for (const unlike of ['#', '#&redirect_uri=x', ' ', 'ü']) {
      const raw = await createVisitor(app).post('/oauth/authorize', `${form}&x=${unlike}`)
      t.notMatch(raw.headers.location ?? '', /oauth|#/, `${unlike}: what no URL can hold as it is goes into none`)
    }
  })

  t.test('A3: without a client that is known and named once there is a page, wherever the request would go', async t => {
    for (const name of ['client_id', 'redirect_uri'] as const) isPage(t, await ask({ [name]: undefined }), `no ${name}`)
    for (const id of ['', marker, 'CLIENT', '\0', '__proto__', 'x'.repeat(5000), `${client.id} `]) {
      isPage(t, await ask({ client_id: id, redirect_uri: 'https://evil.example/' }), JSON.stringify(id.slice(0, 20)))
    }
    isPage(t, await visitor.get(`${authorizeUrl(client)}&client_id=${client.id}`), 'twice')
    isPage(t, await visitor.post(`/oauth/authorize?client_id=${client.id}`, requestParams(client).toString()), 'in the URL and in the body')
    isPage(t, await ask({ client_id: 'countersign' }), 'the built-in client has no redirect URI')
  })

  t.test('A4: a redirect URI that is not registered byte for byte is told of on a page', async t => {
    const host = 'https://app.example.com'
    for (const uri of [
      `${callback}/`, `${callback}/${marker}`, `${host}/x/../callback`, `${host}/%2e%2e/callback`, `${callback};x`, `${host}/`, host,
      'https://APP.example.com/callback', `${host}/Callback`, `${callback}?${marker}=1`, `${host}/with?tenant=2`, `${host}/with`,
      `${host}/with?tenant=1&a=b`, `${callback}#${marker}`, `${callback}#`, 'https://app.example.com@evil.example/callback',
      'https://evil.example/callback', 'https://evil@app.example.com/callback', 'https://app.example.com\\@evil.example/callback',
      `${host}\\callback`, `${callback}\t`, `${callback}\r\nlocation: https://evil.example`, `\n${callback}`, `${callback}\0`,
      `${callback} `, ` ${callback}`, 'https://app.example.com:443/callback', 'https://app.example.com:8443/callback',
      'http://app.example.com/callback', '//app.example.com/callback', '/callback', 'https:app.example.com/callback',
      'HTTPS://app.example.com/callback', 'https%3A%2F%2Fapp.example.com%2Fcallback', 'https://app.example.com/callb%61ck',
      'https://\u0430pp.example.com/callback', 'https://xn--pp-7kc.example.com/callback', 'https://app.example.com./callback',
      `javascript:alert(1)//${marker}`, 'data:text/html,x'
    ]) isPage(t, await ask({ redirect_uri: uri }), JSON.stringify(uri))
    isPage(t, await visitor.get(`${authorizeUrl(client)}&redirect_uri=${encodeURIComponent(callback)}`), 'twice')
    isPage(t, await visitor.get(`${authorizeUrl(client, { redirect_uri: undefined })}&redirect_uri=%ff`), 'no UTF-8')
  })

  t.test('A5: the query of a registered redirect URI is kept, and the answer is appended', async t => {
    const answer = await ask({ redirect_uri: 'https://app.example.com/with?tenant=1' })
    t.match(answer.headers.location, /^https:\/\/app\.example\.com\/with\?tenant=1&code=[\w-]+&state=state-1&iss=[^&]+$/)
    const failed = await ask({ redirect_uri: 'https://app.example.com/with?tenant=1', scope: 'nonsense' })
    t.match(failed.headers.location, /^https:\/\/app\.example\.com\/with\?tenant=1&error=invalid_scope&/)
    t.match((await ask({ redirect_uri: 'https://app.example.com/open?' })).headers.location, /open\?code=[^?]+$/)
  })

  t.test('A6: on a loopback address a native app may come with any port, on a name it may not', async t => {
    const native = await createWebClient(service, {
      authMethods: ['none'], redirectUris: ['http://127.0.0.1/cb', 'http://[::1]:4000/cb', 'http://localhost/cb'], profile: { applicationType: 'native' }
    })
    const from = async (uri: string) => visitor.get(authorizeUrl(native, { redirect_uri: uri, scope: 'openid', prompt: 'none' }))
    for (const uri of ['http://127.0.0.1/cb', 'http://127.0.0.1:1/cb', 'http://127.0.0.1:65535/cb', 'http://[::1]/cb', 'http://[::1]:9/cb', 'http://localhost/cb']) {
      t.match(responseOf(await from(uri), uri), { error: 'consent_required' }, uri)
    }
    for (const uri of [
      'http://localhost:8080/cb', 'http://127.0.0.1:8080/other', 'http://127.0.0.1:8080/cb/', 'https://127.0.0.1:8080/cb', 'http://127.0.0.2:8080/cb',
      'http://127.0.0.1:65536/cb', 'http://127.0.0.1:/cb', 'http://127.0.0.1:80@evil.example/cb', 'http://127.0.0.1:8080/cb?a=b', 'http://127.1:8080/cb',
      'http://[::ffff:127.0.0.1]:8080/cb', 'http://user@127.0.0.1:8080/cb', 'http://127.0.0.1:8080/cb#x'
    ]) isPage(t, await from(uri), uri)

    const web = await createWebClient(service, { authMethods: ['none'], redirectUris: ['http://127.0.0.1:3000/cb'] })
    isPage(t, await visitor.get(authorizeUrl(web, { redirect_uri: 'http://127.0.0.1:3001/cb' })), 'a web application has the port that it registered')

    const url = 'http://127.0.0.1:51004/cb'
    const obtained = await obtainCode({ client: native, user, visitor, changes: { redirect_uri: url } })
    t.equal((await redeemCode(app, native, { ...obtained, changes: { redirect_uri: 'http://127.0.0.1:51005/cb' } })).statusCode, 400, 'another port')
    t.equal((await redeemCode(app, native, { ...obtained, changes: { redirect_uri: url } })).statusCode, 200)
  })

  t.test('A7: of private schemes only one that is a domain in reverse can be registered, and never one that runs code', async t => {
    const register = (uri: string, applicationType = 'native') => app.inject({
      method: 'POST', url: '/oauth/register', payload: {
        redirect_uris: [uri], application_type: applicationType, token_endpoint_auth_method: 'none', grant_types: ['authorization_code']
      }
    })
    for (const uri of ['com.example.app:/cb', 'https://app.example.com/cb', 'http://127.0.0.1/cb', 'http://[::1]/cb']) {
      t.equal((await register(uri)).statusCode, 201, uri)
    }
    for (const uri of [
      'myapp:/cb', 'javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:https://a.example/x', 'http://app.example.com/cb',
      'JAVASCRIPT:alert(1)', 'about:blank', 'https://app.example.com/cb#x', 'https://user@app.example.com/', 'ftp://a.example/', 'https:cb'
    ]) {
      const answer = await register(uri)
      t.equal(answer.statusCode, 400, uri)
      t.match(answer.json(), { error: 'invalid_redirect_uri' }, uri)
    }
    t.equal((await register('com.example.app:/cb', 'web')).statusCode, 400, 'a web application has none')
  })

  t.test('A8: a redirect URI may be left out where one is registered and the request is none of OpenID Connect', async t => {
    const answer = await ask({ redirect_uri: undefined, scope: undefined, prompt: 'none' }, only)
    t.match(responseOf(answer), { code: /^csac_/ })
    isPage(t, await ask({ redirect_uri: undefined }, only), 'OpenID Connect')
    isPage(t, await ask({ redirect_uri: '', scope: 'profile openid' }, only), 'an empty one is none')
    isPage(t, await ask({ redirect_uri: undefined, scope: undefined }), 'several are registered')
    isPage(t, await visitor.get(`${authorizeUrl(only, { redirect_uri: undefined })}&scope=x`), 'a scope that cannot be read')
  })

  t.test('A21: iss is in every answer, the same characters as in the metadata', async t => {
    const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, unknown>>()
    t.equal(metadata['authorization_response_iss_parameter_supported'], true)
    for (const changes of [{}, { scope: 'nonsense' }, { response_type: undefined }, { prompt: 'none login' }]) {
      t.equal(responseOf(await ask(changes))['iss'], metadata['issuer'])
    }
  })

  t.test('A23: no page of another site can read an answer of this endpoint', async t => {
    const origin = 'https://evil.example'
    for (const answer of [
      await visitor.get(authorizeUrl(client), { origin }), await visitor.post('/oauth/authorize', requestParams(client).toString(), { origin }),
      await visitor.get('/oauth/authorize', { origin }),
      await app.inject({ method: 'OPTIONS', url: '/oauth/authorize', headers: { origin, 'access-control-request-method': 'GET' } })
    ]) {
      for (const name of Object.keys(answer.headers)) t.notMatch(name, /^access-control-/)
    }
  })

  t.test('A26: a client that registered itself is no open redirector: an error waits for the person on a page', async t => {
    const dynamic = await createDynamicClient(service)
    const stranger = createVisitor(app)
    for (const changes of [{ prompt: 'none' }, { scope: 'nonsense' }, { response_type: 'token' }, { code_challenge: undefined }]) {
      const answer = await stranger.get(authorizeUrl(dynamic, { state: marker, ...changes }))
      t.equal(answer.statusCode, 400)
      t.equal(answer.headers.location, undefined)
      t.match(answer.body, /<a class="primary" href="https:\/\/app\.example\.com\/callback\?error=[a-z_]+&amp;/)
      t.match(answer.body, 'app.example.com')
      t.match((await visitor.get(authorizeUrl(dynamic, changes))).statusCode, 400, 'signed in, but never at that client')
      t.equal((await stranger.post('/oauth/authorize', requestParams(dynamic, { response_mode: 'form_post', ...changes }).toString() + `&x=${'y'.repeat(9000)}`)).statusCode, 400)
    }
    t.match(responseOf(await createVisitor(app).get(authorizeUrl(client, { prompt: 'none' }))), { error: 'login_required' }, 'an operator vouches for the others')
  })

  t.test('A26: the error goes by a form where response_mode says so, and waits for its button', async t => {
    const dynamic = await createDynamicClient(service)
    const answer = await createVisitor(app).get(authorizeUrl(dynamic, { response_mode: 'form_post', prompt: 'none', state: '"><b>' }))
    t.equal(answer.statusCode, 400)
    t.match(answer.body, '<form method="post" action="https://app.example.com/callback">')
    t.strictSame([...answer.body.matchAll(/<input type="hidden" name="([a-z_]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]), [
      ['error', 'login_required'], ['error_description', 'The user has to sign in, and the request forbids to ask.'], ['state', '&quot;>&lt;b>'], ['iss', issuer]
    ])
    t.notMatch(answer.body, /<a |<script|error=/, 'nothing of it stands in an address, and nothing sends it by itself')
  })

  t.test('A26: who has let such a client in before is sent straight back, as others are', async t => {
    const dynamic = await createDynamicClient(service)
    t.match(responseOf(await walk(visitor, authorizeUrl(dynamic), user)), { code: /^csac_/ })
    t.match(responseOf(await ask({ scope: 'nonsense' }, dynamic)), { error: 'invalid_scope' })
    t.match(responseOf(await ask({ prompt: 'none', scope: 'openid email' }, dynamic)), { error: 'consent_required' })
    t.match(responseOf(await ask({ prompt: 'none' }, dynamic)), { code: /^csac_/ })
    await service.rooms.consents.withdraw(user.id, dynamic.id)
    t.equal((await ask({ prompt: 'none' }, dynamic)).statusCode, 400, 'no longer')
  })

  t.test('A26: what was allowed was allowed for the address that the page named: for another the person is asked, and warned, anew', async t => {
    const elsewhere = 'https://evil.example/cb'
    const dynamic = await createDynamicClient(service, {
      redirectUris: [callback, `${callback}/two`, elsewhere, 'http://127.0.0.1/cb'], authMethods: ['client_secret_basic'],
      profile: { applicationType: 'native' }
    })
    t.match(responseOf(await walk(visitor, authorizeUrl(dynamic, { scope: 'openid email' }), user)), { code: /^csac_/ })
    t.match(responseOf(await ask({ redirect_uri: `${callback}/two`, prompt: 'none' }, dynamic)), { code: /^csac_/ }, 'the same host')
    for (const changes of [{ prompt: 'none' }, { scope: 'nonsense' }]) {
      const answer = await ask({ ...changes, redirect_uri: elsewhere }, dynamic)
      t.equal(answer.statusCode, 400, 'an error waits for the person')
      t.match(answer.body, 'evil.example')
    }
    const page = await settle(visitor, await ask({ redirect_uri: elsewhere }, dynamic))
    t.match(page.body, /evil\.example/)
    t.ok('consent' in formsOf(page))
    t.notMatch(page.body, /<li>[^<]*https?:/, 'the address is no scope')
    t.match(responseOf(await consentOn(visitor, page), elsewhere), { code: /^csac_/ })
    t.match(responseOf(await ask({ redirect_uri: elsewhere, prompt: 'none' }, dynamic), elsewhere), { code: /^csac_/ })
    const more = await ask({ redirect_uri: elsewhere, scope: 'openid email', prompt: 'none' }, dynamic)
    t.match(responseOf(more, elsewhere), { error: 'consent_required' }, 'what was allowed there, and not what was allowed elsewhere')
    t.match(responseOf(await walk(visitor, authorizeUrl(dynamic, { redirect_uri: 'http://127.0.0.1:4567/cb' }), user), 'http://127.0.0.1:4567/cb'), { code: /^csac_/ })
    const otherPort = await ask({ redirect_uri: 'http://127.0.0.1:9876/cb', prompt: 'none' }, dynamic)
    t.notOk('error' in responseOf(otherPort, 'http://127.0.0.1:9876/cb'), 'whatever the port of the loopback address')
    t.strictSame((await service.rooms.consents.list(user.id)).find(({ clientId }) => clientId === dynamic.id)?.items, [
      'to http://127.0.0.1 openid', 'to https://app.example.com email', 'to https://app.example.com openid', 'to https://evil.example openid'
    ])
  })

  t.test('A26: from the pages on the way, too, an error of such a client waits for the person', async t => {
    const dynamic = await createDynamicClient(service)
    const open = async (browser: Visitor, changes: RequestChanges = {}) => settle(browser, await browser.get(authorizeUrl(dynamic, changes)))
    const isLeaving = (answer: LightMyRequestResponse, error: string) => {
      t.equal(answer.headers.location, undefined)
      t.match(answer.body, `<a class="primary" href="${callback}?error=${error}&amp;`)
      t.match(answer.body, 'The next page is at app.example.com, which nobody here has checked.')
    }
    const [anonymous, attacker] = [createVisitor(app), createVisitor(app)]
    const signIn = await open(anonymous)
    isLeaving(await submit(anonymous, signIn, { form: 'cancel' }), 'access_denied')
    isLeaving(await submit(anonymous, signIn, { form: 'cancel' }), 'access_denied')
    isLeaving(await submit(visitor, await open(visitor, { prompt: 'select_account' }), { form: 'cancel' }), 'access_denied')
    isLeaving(await submit(visitor, await open(visitor), { form: 'consent', fields: { decision: 'deny' } }), 'access_denied')
    const byForm = await submit(visitor, await open(visitor, { response_mode: 'form_post' }), { form: 'cancel' })
    t.match(byForm.body, `<form method="post" action="${callback}">`)
    t.notMatch(byForm.body, '<script')
    const tokens = await obtainTokens(app, { client: dynamic, user: await createUser(service), visitor: attacker, changes: { prompt: 'login' } })
    isLeaving(await signInOn(anonymous, await open(anonymous, { id_token_hint: tokens.id_token }), user), 'login_required')
    const known = await submit(attacker, await open(attacker, { prompt: 'consent' }), { form: 'cancel' })
    t.match(responseOf(known), { error: 'access_denied' }, 'who has let it in before goes straight back')
    const vouched = await settle(anonymous, await anonymous.get(authorizeUrl(client, { prompt: 'login' })))
    t.match(responseOf(await submit(anonymous, vouched, { form: 'cancel' })), { error: 'access_denied' }, 'as does who comes from an operator’s')
  })
}, { config: { CLIENT_REGISTRATION: 'open' } })
