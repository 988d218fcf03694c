import { createHash } from 'node:crypto'
import t from 'tap'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import {
  authorizeUrl, consentOn, createVisitor, createWebClient, formsOf, obtainCode, obtainTokens, redeemCode, refreshTokens, responseOf, settle, signInOn,
  submit, walk, type CodeTokens, type RequestChanges
} from '../support/authorization.ts'
import { onEachStore } from '../support/service.ts'
import { until } from '../support/until.ts'
import { claimsOf, createUser } from '../support/users.ts'

/** When a person is asked, when not, and what the ID token says of it (OpenID Connect Core §2, §3.1.2). */

onEachStore(t, async (t, { app, service, issuer }) => {
  const [user, other] = [await createUser(service), await createUser(service)]
  const client = await createWebClient(service)
  const visitor = createVisitor(app)
  const first = await obtainTokens(app, { client, user, visitor, changes: { nonce: 'first' } })
  const ask = (changes: RequestChanges) => visitor.get(authorizeUrl(client, changes))
  const silently = async (changes: RequestChanges = {}) => responseOf(await ask({ prompt: 'none', ...changes }))
  const idClaims = (tokens: Pick<CodeTokens, 'id_token'>) => claimsOf(tokens.id_token) as { sub: string; auth_time: number; nonce?: string; iat: number; at_hash: string }
  /** Times in tokens are whole seconds, and the database's clock sets them. */
  const untilOlder = (tokens: Pick<CodeTokens, 'id_token'>, seconds: number) =>
    until('time has passed', () => Math.floor(Date.now() / 1000) > idClaims(tokens).auth_time + seconds)

  t.test('N161: an ID token says for whom, by whom, for which client, when and how, and verifies with the published key', async t => {
    const jwks = (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>()
    const { payload, protectedHeader } = await jwtVerify(first.id_token, createLocalJWKSet(jwks), { issuer, audience: client.id, algorithms: ['RS256'], maxTokenAge: 300 })
    t.strictSame(Object.keys(payload).sort(), ['acr', 'amr', 'at_hash', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sid', 'sub'])
    t.match(payload, { aud: client.id, sub: user.id, amr: ['pwd'] })
    t.match(payload.sub, /^[\x21-\x7E]{1,255}$/)
    t.ok(protectedHeader.kid)
  })

  t.test('N162: the nonce comes back exactly, and not at all when none was sent', async t => {
    for (const nonce of ['n'.repeat(64), 'a+b/c=&"<ü>', '%00']) {
      t.equal(idClaims(await obtainTokens(app, { client, user, visitor, changes: { nonce } })).nonce, nonce)
    }
    t.notOk('nonce' in idClaims(await obtainTokens(app, { client, user, visitor })))
    t.match(await silently({ nonce: 'n'.repeat(2000) }), { error: 'invalid_request' }, 'refused, and not cut')
    t.match(await silently({ nonce: 'a\0' }), { error: 'invalid_request' })
  })

  t.test('N163: at_hash is the left half of the access token\'s SHA-256', async t => {
    const digest = createHash('sha256').update(first.access_token).digest().subarray(0, 16).toString('base64url')
    t.equal(idClaims(first).at_hash, digest)
  })

  t.test('a client that asks for no scope is let in by the user like any other', async t => {
    const modest = await createWebClient(service)
    const changes = { scope: undefined }
    t.match(responseOf(await visitor.get(authorizeUrl(modest, { ...changes, prompt: 'none' }))), { error: 'consent_required' })
    t.match(responseOf(await walk(visitor, authorizeUrl(modest, changes), user)), { code: /^csac_/ })
    t.match(responseOf(await visitor.get(authorizeUrl(modest, { ...changes, prompt: 'none' }))), { code: /^csac_/ })
  })

  t.test('a native app that proves nothing is let in anew each time, unless an operator vouches for it', async t => {
    const native = (profile = {}) => createWebClient(service, { authMethods: ['none'], profile: { applicationType: 'native', ...profile } })
    const app = await native()
    for (let time = 0; time < 2; time++) {
      const page = await settle(visitor, await visitor.get(authorizeUrl(app)))
      t.ok(formsOf(page)['consent'])
      t.match(responseOf(await consentOn(visitor, page)), { code: /^csac_/ })
    }
    t.match(responseOf(await visitor.get(authorizeUrl(app, { prompt: 'none' }))), { error: 'consent_required' })
    t.match(responseOf(await visitor.get(authorizeUrl(await native({ isTrusted: true })))), { code: /^csac_/ })
  })

  t.test('N164: prompt=none never shows a page: a code where nobody has to be asked, and otherwise the reason', async t => {
    t.match(responseOf(await createVisitor(app).get(authorizeUrl(client, { prompt: 'none' }))), { error: 'login_required', state: 'state-1' })
    t.match(await silently({ scope: 'openid email' }), { error: 'consent_required' })
    t.match(await silently({ claims: '{"userinfo":{"phone_number":null}}' }), { error: 'consent_required' }, 'a claim by its name, too')
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { prompt: 'none' } })
    t.equal(idClaims(tokens).sub, user.id)
    t.equal(idClaims(tokens).auth_time, idClaims(first).auth_time)
    for (const prompt of ['none login', 'login none', 'none consent', 'none select_account', 'nonsense', 'LOGIN', 'login  consent']) {
      t.match(await silently({ prompt }), { error: 'invalid_request' }, prompt)
    }
    const stale = createVisitor(app)
    stale.cookies.set('countersign_session', 'A'.repeat(43))
    t.match(responseOf(await stale.get(authorizeUrl(client, { prompt: 'none' }))), { error: 'login_required' })
  })

  t.test('N165: prompt=login asks for the password again, prompt=consent for the consent, prompt=select_account for the account', async t => {
    await untilOlder(first, 1)
    const page = await settle(visitor, await ask({ prompt: 'login' }))
    t.ok(formsOf(page)['sign-in'])
    t.ok(formsOf(await settle(visitor, await ask({ prompt: 'login' })))['sign-in'], 'asking twice is no answer')
    const again = await obtainTokens(app, { client, user, visitor, changes: { prompt: 'login' } })
    t.ok(idClaims(again).auth_time > idClaims(first).auth_time)
    t.equal(claimsOf(again.id_token)['sid'], claimsOf(first.id_token)['sid'], 'the same session, authenticated anew')
    const consent = await settle(visitor, await ask({ prompt: 'consent' }))
    t.match(consent.body, user.email)
    t.match(responseOf(await consentOn(visitor, consent)), { code: /^csac_/ })
    const choice = await settle(visitor, await ask({ prompt: 'select_account' }))
    t.ok(formsOf(choice)['select-account'])
    t.match(responseOf(await settle(visitor, await submit(visitor, choice, { form: 'select-account', fields: { account: 'current' } }))), { code: /^csac_/ })
    const changing = await settle(visitor, await submit(visitor, await settle(visitor, await ask({ prompt: 'select_account' })), { form: 'select-account', fields: { account: 'other' } }))
    t.ok(formsOf(changing)['sign-in'])
    const all = await settle(visitor, await ask({ prompt: 'select_account login consent' }))
    t.ok(formsOf(await signInOn(visitor, all, user))['consent'], 'signing in chooses, and consent is asked for after it')
  })

  t.test('N166: max_age asks for the password when it was given longer ago, and not otherwise', async t => {
    const now = idClaims(await obtainTokens(app, { client, user, visitor, changes: { max_age: '10000' } }))
    t.type(now.auth_time, 'number')
    const silent = await obtainTokens(app, { client, user, visitor, changes: { max_age: '10000', prompt: 'none' } })
    t.equal(idClaims(silent).auth_time, now.auth_time, 'nobody was asked')
    await untilOlder(silent, 1)
    t.match(await silently({ max_age: '1' }), { error: 'login_required' })
    t.ok(formsOf(await settle(visitor, await ask({ max_age: '1' })))['sign-in'])
    const later = idClaims(await obtainTokens(app, { client, user, visitor, changes: { max_age: '1' } }))
    t.ok(later.auth_time > now.auth_time)
    t.match(await silently({ max_age: '0' }), { error: 'login_required' }, 'zero is prompt=login')
    t.ok(formsOf(await settle(visitor, await ask({ max_age: '0' })))['sign-in'])
    t.match(await silently({ max_age: '100' }), { code: /^csac_/ })
  })

  t.test('N167: with a hint the answer is about that user or none', async t => {
    t.match(await silently({ id_token_hint: first.id_token }), { code: /^csac_/ })
    const elsewhere = createVisitor(app)
    const others = await obtainTokens(app, { client, user: other, visitor: elsewhere })
    t.match(await silently({ id_token_hint: others.id_token }), { error: 'login_required' })
    t.match(await silently({ claims: JSON.stringify({ id_token: { sub: { value: other.id } } }) }), { error: 'login_required' }, 'asked for by sub')
    const bySub = (id: string) => JSON.stringify({ id_token: { sub: { value: id } } })
    t.match(await silently({ id_token_hint: first.id_token, claims: bySub(user.id) }), { code: /^csac_/ })
    t.match(await silently({ id_token_hint: first.id_token, claims: bySub(other.id) }), { error: 'login_required' }, 'who is hinted at and who is asked for are two')
    t.match(await silently({ id_token_hint: others.id_token, claims: bySub(user.id) }), { error: 'login_required' })

    const page = await settle(visitor, await ask({ id_token_hint: others.id_token }))
    t.ok(formsOf(page)['sign-in'], 'who is not signed in can sign in')
    t.match(responseOf(await signInOn(visitor, page, user)), { error: 'login_required' }, 'and is not asked for ever')
    const right = await settle(elsewhere, await elsewhere.get(authorizeUrl(client, { id_token_hint: first.id_token })))
    t.match(responseOf(await signInOn(elsewhere, right, user)), { code: /^csac_/ })

    const [header, payload, signature] = first.id_token.split('.') as [string, string, string]
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    for (const hint of [
      `${none}.${payload}.`, `${none}.${payload}.${signature}`, `${header}.${payload}.`, `${header}.${payload}.${signature.slice(2)}`, 'nonsense', `${first.id_token}.`,
      `${header}.${Buffer.from(JSON.stringify({ ...claimsOf(first.id_token), sub: other.id })).toString('base64url')}.${signature}`,
      first.access_token, (await obtainTokens(app, { client: await createWebClient(service), user, visitor })).id_token
    ]) {
      for (const prompt of ['none', undefined]) t.match(responseOf(await ask({ id_token_hint: hint, prompt })), { error: 'invalid_request' }, hint.slice(0, 20))
    }
  })

  t.test('N174: offline_access comes of a consent that names it, and of nothing else', async t => {
    const scope = 'openid offline_access'
    const asking = await createWebClient(service)
    await walk(visitor, authorizeUrl(asking), user)
    const quietly = async () => responseOf(await visitor.get(authorizeUrl(asking, { scope, prompt: 'none' })))
    t.match(await quietly(), { error: 'consent_required' }, 'an earlier consent without it does not do')
    const page = await settle(visitor, await visitor.get(authorizeUrl(asking, { scope })))
    t.match(page.body, 'after you have signed out')
    t.match(responseOf(await consentOn(visitor, page)), { code: /^csac_/ })
    t.match(await quietly(), { code: /^csac_/ }, 'from then on it is covered')

    const short = await createWebClient(service, { grantTypes: ['authorization_code'] })
    const tokens = await obtainTokens(app, { client: short, user, visitor, changes: { scope } })
    t.equal(tokens.refresh_token, undefined)
    t.equal(tokens.scope, 'openid')
    t.same((await service.rooms.consents.list(user.id)).find(({ clientId }) => clientId === short.id)?.items, ['openid'], 'nor is the user asked for it')
  })

  t.test('F98: the ID token of a refresh keeps who and when, also after the user has signed in anew', async t => {
    const before = await obtainTokens(app, { client, user, visitor, changes: { nonce: 'once', scope: 'openid' } })
    await untilOlder(before, 1)
    const anew = await obtainTokens(app, { client, user, visitor, changes: { prompt: 'login' } })
    t.ok(idClaims(anew).auth_time > idClaims(before).auth_time)
    const refreshed = (await refreshTokens(app, client, { refresh_token: before.refresh_token })).json<CodeTokens>()
    const [old, young] = [claimsOf(before.id_token), claimsOf(refreshed.id_token)]
    for (const name of ['iss', 'sub', 'aud', 'azp', 'auth_time', 'sid', 'acr', 'amr']) t.strictSame(young[name], old[name], name)
    t.ok(young['iat']! > old['iat']!)
    t.notOk('nonce' in young)
    t.not(young['at_hash'], old['at_hash'])
    t.equal(claimsOf(refreshed.access_token)['auth_time'], old['auth_time'])
  })

  t.test('a trusted client asks nobody', async t => {
    const trusted = await createWebClient(service, { profile: { isTrusted: true } })
    const obtained = await obtainCode({ client: trusted, user, visitor, changes: { scope: 'openid email', prompt: 'none' } })
    t.equal((await redeemCode(app, trusted, obtained)).statusCode, 200)
  })
})
