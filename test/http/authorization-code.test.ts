import t from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { codeLifetime } from '../../src/authorization/codes.ts'
import {
  authorizeUrl, callback, createVisitor, createWebClient, makeProofKey, obtainCode, obtainTokens, redeemCode, responseOf, walk, type CodeTokens
} from '../support/authorization.ts'
import { createClient, postForm } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf, createUser } from '../support/users.ts'

/** An authorization code at the token endpoint: who may spend it, and with what. */

const errorOf = (answer: LightMyRequestResponse): string | undefined => answer.json<{ error?: string }>().error

onEachStore(t, async (t, { app, service }) => {
  const user = await createUser(service)
  const [client, other, spa] = [await createWebClient(service), await createWebClient(service), await createWebClient(service, { authMethods: ['none'] })]
  const plain = await createWebClient(service, { profile: { requirePkce: false } })
  const visitor = createVisitor(app)
  const obtain = (asking = client, changes = {}) => obtainCode({ client: asking, user, visitor, changes })

  const refused = (answer: LightMyRequestResponse, error: string, name: string) => {
    t.equal(answer.statusCode, 400, name)
    t.equal(errorOf(answer), error, name)
    t.match(answer.headers['content-type'], 'application/json', name)
    t.equal(answer.headers['cache-control'], 'no-store', name)
  }

  t.test('A25: a code has 256 random bits, and is kept by its hash for a minute at most', async t => {
    t.ok(codeLifetime <= 60)
    await obtain()
    const codes = await Promise.all(Array.from({ length: 20 }, async () => (await obtain()).code))
    for (const code of codes) t.match(code, /^csac_[\w-]{43}$/)
    t.equal(new Set(codes).size, codes.length)
    const bytes = Buffer.concat(codes.map(code => Buffer.from(code.slice(5), 'base64url')))
    t.equal(bytes.length, 20 * 32)
    t.ok(new Set(bytes).size > 200, 'no pattern that the eye would see')
  })

  t.test('E76: an unknown or malformed code is invalid_grant, and none at all is invalid_request', async t => {
    const { code, verifier } = await obtain()
    for (const bad of [
      'nonsense', `${code}x`, code.slice(0, -1), code.toUpperCase(), code.slice(5), `csac_${'A'.repeat(43)}`, ` ${code}`, 'ä', 'x'.repeat(10_000), '__proto__',
      `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`
    ]) refused(await redeemCode(app, client, { code: bad, verifier }), 'invalid_grant', bad.slice(0, 20))
    for (const none of [undefined, '']) refused(await redeemCode(app, client, { code, verifier, changes: { code: none } }), 'invalid_request', 'no code')
    refused(await redeemCode(app, client, { code: 'a\0', verifier }), 'invalid_request', 'NUL')
    t.equal((await redeemCode(app, client, { code, verifier })).statusCode, 200, 'the good one is as good as before')
  })

  t.test('E77: a code is good for the client that it was issued to, and stays so when another tries it', async t => {
    const obtained = await obtain()
    for (const thief of [other, spa, plain]) refused(await redeemCode(app, thief, obtained), 'invalid_grant', thief.id)
    const unproven = await redeemCode(app, { id: client.id, secret: '' }, obtained)
    t.equal(unproven.statusCode, 401, 'a confidential client that does not authenticate')
    t.equal(errorOf(unproven), 'invalid_client')
    t.equal((await redeemCode(app, { ...client, secret: other.secret }, obtained)).statusCode, 401)
    t.equal((await redeemCode(app, client, obtained)).statusCode, 200)
    const wrongGrant = await createClient(service, { grantTypes: ['client_credentials'] })
    refused(await redeemCode(app, wrongGrant, await obtain()), 'unauthorized_client', 'a client without the grant type')
  })

  t.test('E78: a redirect URI that is sent must be the one that was asked with; a client with a proof key may leave it out', async t => {
    const obtained = await obtain()
    for (const uri of [`${callback}/`, 'https://evil.example/', callback.toUpperCase(), `${callback}?a=b`]) {
      refused(await redeemCode(app, client, { ...obtained, changes: { redirect_uri: uri } }), 'invalid_grant', uri)
    }
    t.equal((await redeemCode(app, client, { ...obtained, changes: { redirect_uri: undefined } })).statusCode, 200)
  })

  t.test('E78: a client without a proof key has to send the redirect URI that it named', async t => {
    const without = { code_challenge: undefined, code_challenge_method: undefined }
    const answer = await walk(visitor, authorizeUrl(plain, without), user)
    const form = { code: responseOf(answer)['code']!, verifier: '', changes: { code_verifier: undefined } }
    refused(await redeemCode(app, plain, { ...form, changes: { ...form.changes, redirect_uri: undefined } }), 'invalid_grant', 'left out')
    t.equal((await redeemCode(app, plain, form)).statusCode, 200)
    const unnamed = await walk(visitor, authorizeUrl(plain, { ...without, redirect_uri: undefined, scope: undefined }), user)
    const short = { code: responseOf(unnamed)['code']!, verifier: '', changes: { code_verifier: undefined, redirect_uri: undefined } }
    t.equal((await redeemCode(app, plain, short)).statusCode, 200, 'it named none')
  })

  t.test('E79: the verifier must be there and be the right one', async t => {
    const { code, verifier } = await obtain(spa)
    const wrong = [
      undefined, '', makeProofKey().verifier, verifier.slice(1), `${verifier}A`, verifier.slice(0, 42), 'a'.repeat(42), 'a'.repeat(129), `${verifier.slice(1)}+`, `${verifier.slice(1)} `,
      `${verifier.slice(1)}ä`, `${verifier}=`
    ]
    for (const [place, bad] of wrong.entries()) {
      refused(await redeemCode(app, spa, { code, verifier, changes: { code_verifier: bad } }), 'invalid_grant', `the wrong one at ${place}`)
    }
    t.equal((await redeemCode(app, spa, { code, verifier })).statusCode, 200, 'none of which spent it')
    for (const long of ['a'.repeat(43), '-._~'.repeat(32)]) {
      const challenge = makeProofKey(long).challenge
      const obtained = await obtain(spa, { code_challenge: challenge })
      t.equal((await redeemCode(app, spa, { code: obtained.code, verifier: long })).statusCode, 200, `${long.length} characters`)
    }
  })

  t.test('E80: a verifier for a code without a challenge means that somebody took the challenge away', async t => {
    const answer = await walk(visitor, authorizeUrl(plain, { code_challenge: undefined, code_challenge_method: undefined }), user)
    const { code } = responseOf(answer)
    refused(await redeemCode(app, plain, { code: code!, verifier: makeProofKey().verifier }), 'invalid_request', 'downgraded')
    t.equal((await redeemCode(app, plain, { code: code!, verifier: '', changes: { code_verifier: undefined } })).statusCode, 200)
  })

  t.test('E81: the challenge itself is no verifier', async t => {
    const { verifier, challenge } = makeProofKey()
    const { code } = await obtain(client, { code_challenge: challenge })
    refused(await redeemCode(app, client, { code, verifier: challenge }), 'invalid_grant', 'plain')
    refused(await redeemCode(app, client, { code, verifier: challenge, changes: { code_challenge_method: 'plain' } }), 'invalid_grant', 'plain by name')
    t.equal((await redeemCode(app, client, { code, verifier })).statusCode, 200)
  })

  t.test('E86: an ID token comes with openid, a refresh token with the grant type, and neither without', async t => {
    const tokens = await obtainTokens(app, { client, user, visitor })
    t.match(tokens, { id_token: /^ey/, refresh_token: /^\S+$/, scope: 'openid', token_type: 'Bearer', expires_in: 600 })
    t.equal(claimsOf(tokens.access_token)['sub'], claimsOf(tokens.id_token)['sub'])
    const bare = await createWebClient(service, { scopes: ['orders:read'] })
    const without = await obtainTokens(app, { client: bare, user, visitor, changes: { scope: 'orders:read' } })
    t.notOk('id_token' in without)
    const noScope = await obtainTokens(app, { client: bare, user, visitor, changes: { scope: undefined } })
    t.notOk('id_token' in noScope)
    t.notOk('scope' in noScope)
    const once = await createWebClient(service, { grantTypes: ['authorization_code'] })
    t.notOk('refresh_token' in await obtainTokens(app, { client: once, user, visitor }))
  })

  t.test('E86: an access token names the session of its sign-in, unless the access outlives it', async t => {
    const online = await obtainTokens(app, { client, user, visitor })
    const offline = await obtainTokens(app, { client, user, visitor, changes: { scope: 'openid offline_access' } })
    t.type(claimsOf(online.access_token)['sid'], 'string')
    t.notOk('sid' in claimsOf(offline.access_token))
    t.equal(claimsOf(offline.id_token)['sid'], claimsOf(online.id_token)['sid'])
  })

  t.test('E76: each parameter at most once, none in the URL, and unknown ones ignored', async t => {
    const { code, verifier } = await obtain()
    const form = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback }).toString()
    for (const name of ['code', 'code_verifier', 'redirect_uri']) {
      refused(await postForm(app, { url: '/oauth/token', client, form: `${form}&${name}=x` }), 'invalid_request', `${name} twice`)
    }
    refused(await postForm(app, { url: `/oauth/token?code=${code}`, client, form: { grant_type: 'authorization_code', code_verifier: verifier } }), 'invalid_request', 'in the URL')
    t.equal((await postForm(app, { url: '/oauth/token', client, form: `${form}&scope=openid+email&state=x&extra=1` })).json<CodeTokens>().scope, 'openid', 'a scope cannot be changed here')
  })
})

const clock = createTestClock(Date.now())
onEachStore(t, async (t, { app, service }) => {
  t.test('E76: a code is good for a minute', async t => {
    const [user, client, visitor] = [await createUser(service), await createWebClient(service), createVisitor(app)]
    const [early, late] = [await obtainCode({ client, user, visitor }), await obtainCode({ client, user, visitor })]
    clock.advance(codeLifetime - 1)
    await service.pulse.refresh()
    t.equal((await redeemCode(app, client, early)).statusCode, 200)
    clock.advance(2)
    await service.pulse.refresh()
    const answer = await redeemCode(app, client, late)
    t.equal(answer.statusCode, 400)
    t.equal(errorOf(answer), 'invalid_grant')
  })
}, { clock })
