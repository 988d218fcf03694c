import t from 'tap'
import { authorizationErrors } from '../../src/protocol/authorization-errors.ts'
import {
  authorizeUrl, callback, createVisitor, createWebClient, requestParams, responseOf, walk, type RequestChanges
} from '../support/authorization.ts'
import { errorLocation } from '../support/judge-redirect.ts'
import { onEachStore } from '../support/service.ts'
import { createUser } from '../support/users.ts'

/** Each parameter of an authorization request by itself: what the client is told of it. */

onEachStore(t, async (t, { app, service, issuer }) => {
  const user = await createUser(service)
  const client = await createWebClient(service, { scopes: ['orders:read', 'revocations:read'] })
  const spa = await createWebClient(service, { authMethods: ['none'] })
  const plain = await createWebClient(service, { profile: { requirePkce: false } })
  const visitor = createVisitor(app)
  for (const each of [client, spa, plain]) await walk(visitor, authorizeUrl(each, { scope: 'openid profile' }), user)

  const ask = async (changes: RequestChanges, asking = client) => responseOf(await visitor.get(authorizeUrl(asking, changes)))
  /** The error, having held the whole of `Location` against what was asked: only the sentence may be another than the table's. */
  const errorOf = async (changes: RequestChanges, asking = client): Promise<string | undefined> => {
    const answer = await visitor.get(authorizeUrl(asking, changes))
    const { error, error_description: told } = responseOf(answer)
    if (error === undefined) return undefined
    const sentence = error === 'invalid_request' ? told! : authorizationErrors[error as keyof typeof authorizationErrors]
    t.match(sentence, /^[\x20-\x21\x23-\x5B\x5D-\x7E]+\.$/)
    t.equal(answer.headers.location, errorLocation({ error, sentence, state: 'state-1', issuer, redirectUri: callback }))
    t.match(answer.headers, { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    t.equal(answer.body, '')
    return error
  }

  t.test('A9: a request without response_type is refused', async t => {
    t.equal(await errorOf({ response_type: undefined }), 'invalid_request')
    t.equal(await errorOf({ response_type: '' }), 'invalid_request')
  })

  t.test('A10: no other response type than code exists, and no token ever comes through the browser', async t => {
    for (const type of ['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'CODE', 'foo', 'code ', 'none', '__proto__']) {
      const answer = await visitor.get(authorizeUrl(client, { response_type: type, nonce: 'n' }))
      t.equal(responseOf(answer)['error'], 'unsupported_response_type', type)
      t.notMatch(answer.headers.location, /#|token=/)
    }
  })

  t.test('A11: response modes: query, form_post and no other', async t => {
    for (const mode of ['fragment', 'jwt', 'QUERY', 'web_message', 'query.jwt']) t.equal(await errorOf({ response_mode: mode }), 'invalid_request', mode)
    t.match(await ask({ response_mode: 'query' }), { code: /^csac_/ })
    const state = '"><script>alert(1)</script>&amp;\'+%00 ü'
    const page = await visitor.get(authorizeUrl(client, { response_mode: 'form_post', state }))
    t.equal(page.statusCode, 200)
    t.equal(page.headers.location, undefined)
    t.equal(page.headers['cache-control'], 'no-store')
    t.match(page.headers['content-security-policy'], /script-src 'self'.*frame-ancestors 'none'/)
    t.match(page.body, `<form method="post" action="${callback}">`)
    t.match(page.body, /<input type="hidden" name="code" value="csac_[\w-]{43}"\/>/)
    t.match(page.body, '<input type="hidden" name="state" value="&quot;>&lt;script>alert(1)&lt;/script>&amp;amp;\'+%00 ü"/>')
    t.notMatch(page.body, '<script>alert')
    const failed = await visitor.get(authorizeUrl(client, { response_mode: 'form_post', scope: 'nonsense' }))
    t.equal(failed.statusCode, 200)
    t.match(failed.body, '<input type="hidden" name="error" value="invalid_scope"/>')
  })

  t.test('A12: a code challenge is required of every client that an operator has not excused from it', async t => {
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    for (const each of [spa, client]) t.equal(await errorOf(without, each), 'invalid_request')
    t.equal(await errorOf(without, plain), undefined)
    t.equal(await errorOf({ code_challenge: undefined }, plain), 'invalid_request', 'a method without a challenge')
    const careless = await createWebClient(service, { authMethods: ['none'], profile: { requirePkce: false } })
    t.equal(await errorOf(without, careless), 'invalid_request', 'no public client can be excused')
  })

  t.test('A13: S256 is the only method, and none means plain', async t => {
    for (const method of ['plain', undefined, '', 's256', 'S512', 'S256 ', 'none']) {
      for (const each of [client, spa, plain]) t.equal(await errorOf({ code_challenge_method: method }, each), 'invalid_request', method ?? 'absent')
    }
  })

  t.test('A14: a challenge is 43 characters of base64url', async t => {
    const good = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    for (const challenge of [good.slice(1), `${good}=`, `${good}A`, good.repeat(3), good.replace('-', '+'), good.replace('-', '/'), `${good.slice(1)} `, `${good.slice(1)}ä`]) {
      t.equal(await errorOf({ code_challenge: challenge }), 'invalid_request', challenge)
    }
  })

  t.test('A15: no parameter may come twice, be it in the URL, in the body, or once in each; only resource may', async t => {
    for (const name of ['state', 'scope', 'nonce', 'prompt', 'code_challenge', 'code_challenge_method', 'response_type', 'response_mode', 'max_age', 'unknown']) {
      const url = authorizeUrl(client, { [name]: undefined })
      const twice = responseOf(await visitor.get(`${url}&${name}=a&${name}=b`))
      t.equal(twice['error'], 'invalid_request', name)
      if (name === 'state') t.notOk('state' in twice, 'which of the two would it be')
      const same = responseOf(await visitor.get(`${url}&${name}=a&${name}=a`))
      t.equal(same['error'], 'invalid_request', `${name}, twice the same`)
      const split = await visitor.post(`/oauth/authorize?${name}=a`, `${requestParams(client, { [name]: undefined }).toString()}&${name}=b`)
      t.equal(responseOf(split)['error'], 'invalid_request', `${name}, here and there`)
      t.equal(responseOf(await visitor.get(`${url}&${name}=a&${name}=`))['error'], 'invalid_request', `${name}, once empty`)
      t.equal(responseOf(await visitor.get(`${url}&${name}=%ff`))['error'], 'invalid_request', `${name}, no UTF-8`)
      t.equal(responseOf(await visitor.get(`${url}&${name}=%zz`))['error'], 'invalid_request', `${name}, no percent-encoding`)
    }
    const resources = 'resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example'
    t.equal(responseOf(await visitor.get(`${authorizeUrl(client)}&${resources}`))['error'], 'invalid_target', 'read, and unknown')
  })

  t.test('A16: an empty parameter is none', async t => {
    t.equal(await errorOf({ code_challenge: '' }), 'invalid_request')
    const response = await ask({ state: '', nonce: '', prompt: '', max_age: '', claims: '', resource: '', request: '' })
    t.strictSame(Object.keys(response), ['code', 'iss'])
  })

  t.test('A17: unknown parameters are ignored, names like those of objects included', async t => {
    t.match(await ask({ extra: 'foobar', __proto__x: '1', constructor: 'x', toString: 'y', iss: 'https://evil.example', code: 'stolen', error: 'x' }), { code: /^csac_/ })
  })

  t.test('A18: state comes back as it went, whatever it holds', async t => {
    for (const state of [
      's'.repeat(2048), 'ä€🦊\u0301', 'a+b c', '%2B%20%zz', 'a&code=stolen&b', '"quoted"', "<script>alert('x')</script>", '\0', 'a\0b', '\r\nset-cookie: x=y',
      'x#y?z', '{"a":[1]}', ' ', '=', '../..', '\u2028', '%00', '{{7*7}}'
    ]) {
      for (const changes of [{}, { scope: 'nonsense' }]) t.equal((await ask({ ...changes, state }))['state'], state, encodeURIComponent(state.slice(0, 30)))
    }
    const plus = responseOf(await visitor.get(`${authorizeUrl(client, { state: undefined })}&state=a+b%2Bc%26d`))
    t.equal(plus['state'], 'a b+c&d')
    const long = 's'.repeat(5000)
    t.match(await ask({ state: long }), { error: 'invalid_request', state: long }, 'refused, and not cut')
  })

  t.test('A19: a scope that is malformed, unknown or not for this client is refused; the order means nothing', async t => {
    for (const scope of ['openid "x"', 'openid\\', 'openid  profile', ' openid', 'openid ', 'openid\tprofile', 'openid nonsense', 'OPENID', 'openid ä', 'openid orders:write', 'revocations:read']) {
      t.equal(await errorOf({ scope }), 'invalid_scope', JSON.stringify(scope))
    }
    for (const scope of ['openid profile', 'profile openid', 'openid openid']) t.match(await ask({ scope }), { code: /^csac_/ }, scope)
  })

  t.test('A27: nothing that a request holds becomes a second parameter of the answer', async t => {
    for (const state of ['x%26code%3Dy', 'x&code=y', 'x&iss=https://evil.example', 'x#code=y', 'x;code=y']) {
      const { searchParams, hash } = new URL((await visitor.get(authorizeUrl(client, { state }))).headers.location!)
      t.equal(searchParams.getAll('code').length, 1)
      t.equal(searchParams.getAll('iss').length, 1)
      t.equal(searchParams.get('state'), state)
      t.equal(hash, '')
    }
    t.equal((await visitor.get(authorizeUrl(client, { redirect_uri: 'https://app.example.com/callback?code=stolen' }))).statusCode, 400)
    t.equal((await visitor.get(`${authorizeUrl(client, { redirect_uri: undefined })}&redirect_uri=https://app.example.com/callback%3Fcode%3Dstolen`)).statusCode, 400)
    for (const uri of ['https://app.example.com/cb?code=x', 'https://app.example.com/cb?a=b&state=x', 'https://app.example.com/cb?%69ss=x']) {
      const answer = await app.inject({ method: 'POST', url: '/oauth/register', payload: { redirect_uris: [uri] } })
      t.match(answer.json(), { error: 'invalid_redirect_uri' }, uri)
    }
  })

  t.test('N168: display, ui_locales, claims_locales, login_hint and acr_values never cause an error', async t => {
    for (const changes of [
      { display: 'popup' }, { display: 'nonsense' }, { ui_locales: 'se de-CH xx' }, { ui_locales: '%%% \u202e' }, { claims_locales: 'se' }, { login_hint: 'x@example.com' },
      { login_hint: '"><script>' }, { acr_values: '1 2' }, { acr_values: 'urn:mace:incommon:iap:silver' }, { id_token_hint: '' }
    ]) {
      t.match(await ask(changes), { code: /^csac_/ }, JSON.stringify(changes))
      const page = await createVisitor(app).get(authorizeUrl(client, changes))
      t.match(page.headers.location, /^\/interaction\//)
    }
  })

  t.test('N166: max_age is a number of seconds', async t => {
    for (const age of ['-1', 'NaN', '1.5', '1e3', ' 1', '0x10', 'ten', '99999999999']) t.equal(await errorOf({ max_age: age }), 'invalid_request', age)
  })

  t.test('N169: a claims parameter that is no claims request is refused, and unknown claims are ignored', async t => {
    for (const claims of ['{', '[]', '"x"', 'null', '{"userinfo":[]}', '{"id_token":{"name":"x"}}', '{"userinfo":{"name":{"essential":"yes"}}}', `{"userinfo":${'['.repeat(5000)}`]) {
      t.equal(await errorOf({ claims }), 'invalid_request', claims.slice(0, 40))
    }
    t.match(await ask({ claims: '{"userinfo":{"unknown":{"essential":true}},"other":1}' }), { code: /^csac_/ })
    const acr = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:none' } } })
    t.equal(await errorOf({ claims: acr }), 'unmet_authentication_requirements')
  })

  t.test('N169: a user is asked for in either part, by one value or several, and nobody meets two that contradict', async t => {
    const by = (userinfo: object | null, idToken: object | null = null) => JSON.stringify({ userinfo: { sub: userinfo }, id_token: { sub: idToken } })
    const [me, other] = [{ value: user.id }, { value: 'usr_other' }]
    const several = { values: ['usr_other', user.id] }
    for (const claims of [by(me), by(null, me), by(me, me), by(several), by(null, several), by(several, me)]) {
      t.match(await ask({ claims, prompt: 'none' }), { code: /^csac_/ }, claims)
    }
    for (const claims of [by(other), by(null, other), by({ values: ['usr_other'] }), by(null, { values: ['usr_other'] }), by(several, other)]) {
      t.equal(await errorOf({ claims, prompt: 'none' }), 'login_required', claims)
    }
    for (const claims of [by(other, me), by(me, other), by(me, { values: ['usr_other'] }), by({ values: [] }), by(null, { value: 5 })]) {
      t.equal(await errorOf({ claims }), 'unmet_authentication_requirements', `no password is asked for: ${claims}`)
      t.equal(await errorOf({ claims, prompt: 'none' }), 'unmet_authentication_requirements', claims)
    }
  })

  t.test('N173: request, request_uri and registration are refused by name, never ignored', async t => {
    t.equal(await errorOf({ request: 'eyJhbGciOiJub25lIn0.e30.' }), 'request_not_supported')
    t.equal(await errorOf({ request_uri: 'https://app.example.com/request.jwt' }), 'request_uri_not_supported')
    t.equal(await errorOf({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }), 'request_uri_not_supported')
    t.equal(await errorOf({ registration: '{}' }), 'registration_not_supported')
  })
}, { config: { CLIENT_REGISTRATION: 'open' } })
