import { createHash } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { createVerifyIdTokenHint } from '../../src/tokens/id-token-hint.ts'
import { createIssueIdToken } from '../../src/tokens/id-token.ts'
import { createSignJwt } from '../../src/tokens/sign-jwt.ts'
import { verifyAccessToken } from '../../src/tokens/verify-access-token.ts'
import { createClient, createGrant } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { openService } from '../support/service.ts'
import { claimsOf, signInAnew } from '../support/users.ts'

t.test('ID tokens and the hints they become', async t => {
  const clock = createTestClock(Date.now())
  const { app, service, issuer } = await openService(t, { store: 'embedded', clock })
  const { ring, stores } = service
  let queries = 0
  const users = { find: (by: Parameters<typeof stores.users.find>[0]) => (queries++, stores.users.find(by)) }
  const sign = createSignJwt(ring)
  const issue = createIssueIdToken({ sign, clock, issuer, users })
  const verifyHint = createVerifyIdTokenHint({ ring, issuer })
  const user = await signInAnew(app, service)
  await stores.profiles.set(user.id, { name: 'Ada', claims: { nickname: 'A' } }, 'admin')
  const { id: clientId } = await createClient(service)
  const session = { clientId, userId: user.id, sessionId: user.sessionId, scopes: ['openid', 'profile', 'email'] }
  const { grant, accessToken } = await createGrant(service, session)
  const request = { clientId, accessToken }
  const keys = () => createLocalJWKSet(JSON.parse(ring.jwks().body) as JSONWebKeySet)

  t.test('N161: it is signed with RS256 by a published key, for one client, for ten minutes', async t => {
    const token = await issue(grant, request)
    const options = { issuer, audience: clientId, typ: 'JWT', algorithms: ['RS256'], currentDate: new Date(clock.now()) }
    const { payload, protectedHeader } = await jwtVerify(token, keys(), options)
    t.strictSame(Object.keys(protectedHeader).sort(), ['alg', 'kid', 'typ'])
    t.equal(protectedHeader.kid, ring.signing().record.kid)
    t.match(payload, { sub: user.id, aud: clientId, sid: user.sessionId, amr: ['pwd'], acr: 'urn:countersign:acr:password' })
    t.equal(payload.exp! - payload.iat!, 600)
    t.equal(payload.iat, Math.floor(clock.now() / 1000))
    t.equal(payload['auth_time'], Math.floor(grant.authTime.getTime() / 1000))
  })

  t.test('N162: it repeats the nonce it was asked for with, and has none otherwise', async t => {
    const nonce = 'x'.repeat(64)
    t.equal(claimsOf(await issue(grant, { ...request, nonce }))['nonce'], nonce)
    t.notOk('nonce' in claimsOf(await issue(grant, request)))
  })

  t.test('N163: at_hash is of the access token issued with it', async t => {
    const half = createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
    t.equal(claimsOf(await issue(grant, request))['at_hash'], half)
  })

  t.test('N170: it says nothing of the user, whatever the scopes, and needs no query', async t => {
    queries = 0
    t.strictSame(Object.keys(claimsOf(await issue(grant, request))).sort(),
      ['acr', 'amr', 'at_hash', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'sid', 'sub'])
    await issue({ ...grant, claims: { userinfo: { name: null }, id_token: { acr: null, sub: null } } }, request)
    t.equal(queries, 0)
  })

  t.test('N169: it has the claims that the claims parameter asks for', async t => {
    const claims = claimsOf(await issue({ ...grant, claims: { id_token: { name: null, email: { essential: true }, website: null, sub: { value: 'x' } } } }, request))
    t.match(claims, { name: 'Ada', email: user.email, sub: user.id })
    for (const absent of ['website', 'nickname', 'email_verified']) t.notOk(absent in claims, absent)
  })

  t.test('F98: another of the same grant has the same subject and the time of the first authentication', async t => {
    const first = claimsOf(await issue(grant, { ...request, nonce: 'n' }))
    clock.advance(60)
    await service.pulse.refresh()
    const later = claimsOf(await issue((await stores.grants.find(grant.id))!, request))
    for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid', 'acr', 'amr']) t.strictSame(later[name], first[name], name)
    t.equal(later['iat'], Number(first['iat']) + 60)
    t.notOk('nonce' in later)
  })

  t.test('a hint is an ID token of ours, for that client, expired or not', async t => {
    const token = await issue({ ...grant, subject: 'pws_1' }, request)
    const hint = { sub: 'pws_1', aud: clientId, sid: user.sessionId }
    t.strictSame(await verifyHint(token), hint)
    t.strictSame(await verifyHint(token, clientId), hint)
    t.equal(await verifyHint(token, 'another'), 'wrong-audience')
    clock.advance(3600)
    await service.pulse.refresh()
    t.strictSame(await verifyHint(token), hint, 'an hour later')
  })

  t.test('L133: nothing else is taken for a hint, and no ID token for an access token', async t => {
    const idToken = await issue(grant, request)
    const [header, payload, signature] = idToken.split('.') as [string, string, string]
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const claims = claimsOf(idToken)
    const other = createVerifyIdTokenHint({ ring, issuer: 'https://other.example' })
    t.equal(await other(idToken), 'not-ours')
    const wrongs: Record<string, string> = {
      access: accessToken, logout: await sign('logout+jwt', claims), userinfo: await sign('JWT', { iss: issuer, aud: clientId, sub: user.id }),
      lists: await sign('JWT', { ...claims, aud: [clientId] }), numbers: await sign('JWT', { ...claims, sub: 5 }),
      none: `${none}.${payload}.`, unsigned: `${header}.${payload}.`, other: `${header}.${payload}.${signature.slice(2)}AA`,
      padded: `${idToken}=`, spelling: idToken.slice(0, -1) + (idToken.endsWith('A') ? 'B' : 'A'), text: 'x', empty: '', long: 'x'.repeat(9000),
      // A changed payload under the old signature.
      forged: `${header}.${Buffer.from(JSON.stringify({ ...claims, sub: 'usr_2' })).toString('base64url')}.${signature}`
    }
    for (const [name, token] of Object.entries(wrongs)) t.type(await verifyHint(token), 'string', name)
    t.equal(await verifyAccessToken(idToken, { ring, issuer, now: clock.now() }), 'malformed')
    t.equal(await verifyAccessToken(wrongs['logout']!, { ring, issuer, now: clock.now() }), 'malformed')
  })

  t.test('a hint whose key was removed is none', async t => {
    const token = await issue(grant, request)
    const { kid } = ring.signing().record
    await service.rooms.revoker.revoke('key', kid, { reason: 'test', actor: 'admin' })
    await service.pulse.refresh()
    t.equal(await verifyHint(token), 'unknown-key')
  })
})
