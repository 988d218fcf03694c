import { SignJWT } from 'jose'
import t from 'tap'
import {
  authorizeUrl, createVisitor, createWebClient, obtainTokens, responseOf, type RequestChanges
} from '../support/authorization.ts'
import { createTestClock } from '../support/clock.ts'
import { availableStores, openService } from '../support/service.ts'
import { callApi, claimsOf, createUser } from '../support/users.ts'

/** An ID token is a hint for as long as its session may live, which is far longer than its key signs. */

const goodbye = 'https://app.example.com/goodbye'
const act = { reason: 'test', actor: 'admin' }
const hour = 3600
const sessionLifetime = 30 * 24 * hour

for (const store of availableStores()) {
  t.test(`on ${store} stores`, async t => {
    const clock = createTestClock(Date.now())
    const { app, service } = await openService(t, { store, clock })
    const { ring, rotation, pulse } = service
    const client = await createWebClient(service, { postLogoutRedirectUris: [goodbye] })
    const shown = async () => (await app.inject('/.well-known/jwks.json')).body

    const arrived: Array<{ sid: string; userId: string }> = []
    async function arrive() {
      const [visitor, user] = [createVisitor(app), await createUser(service)]
      const tokens = await obtainTokens(app, { client, user, visitor })
      arrived.push({ sid: claimsOf(tokens.id_token)['sid'] as string, userId: user.id })
      return {
        tokens,
        ask: async (changes: RequestChanges = {}) =>
          responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none', id_token_hint: tokens.id_token, ...changes }))),
        leave: () => visitor.get(`/oauth/logout?${new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: goodbye }).toString()}`)
      }
    }
    async function pass(seconds: number): Promise<void> {
      clock.advance(seconds)
      await pulse.refresh()
      await rotation.tend()
      await pulse.refresh()
    }
    /** The key that signed until now, an hour after another has taken over. */
    async function retire(): Promise<string> {
      const { kid } = ring.signing().record
      await rotation.rotate('sign', { force: true, act })
      await pass(hour)
      return kid
    }

    await t.test('N167: an hour after its key was rotated an ID token is a hint as before', async t => {
      const person = await arrive()
      const kid = await retire()
      t.same(ring.retired().map(record => record.kid), [kid])
      t.notMatch(await shown(), kid, 'though no JWKS shows the key')
      t.match(await person.ask(), { code: /^csac_/ })
      const other = await arrive()
      t.match(await person.ask({ id_token_hint: other.tokens.id_token }), { error: 'login_required' })
    })

    await t.test('O175, O179: and the session ends by it without a question', async t => {
      const person = await arrive()
      await retire()
      const answer = await person.leave()
      t.equal(answer.statusCode, 303)
      t.equal(answer.headers.location, goodbye)
      t.match(await person.ask(), { error: 'login_required' })
    })

    await t.test('a retired key verifies nothing but hints, and its private half is gone', async t => {
      const person = await arrive()
      const { privateKey } = ring.signing()
      const kid = await retire()
      t.equal(ring.verifying(kid), undefined)
      const row = (await service.stores.keys.list()).find(record => record.kid === kid)!
      t.equal(row.sealed.length, 0)
      t.match(row, { sealedWith: '', publicJwk: { kty: 'RSA' }, removedAt: undefined })
      const claims = claimsOf(person.tokens.access_token)
      const isGood = async (key: typeof privateKey, header: { kid: string }) => {
        const token = await new SignJWT({ ...claims, exp: Math.floor(clock.now() / 1000) + 600 })
          .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header }).sign(key)
        return (await callApi(app, 'GET /oauth/userinfo', { token })).statusCode === 200
      }
      t.notOk(await isGood(privateKey, { kid }), 'an access token that were alive')
      t.ok(await isGood(ring.signing().privateKey, ring.signing().record), 'though under the key that signs now it would be good')
      await rotation.reseal()
      await pass(0)
      t.match(await person.ask(), { code: /^csac_/ }, 'and sealing anew leaves it alone')
    })

    await t.test('a key that was removed as compromised is no key of hints, before it is retired and after', async t => {
      const retired = await arrive()
      const kid = await retire()
      await service.rooms.revoker.revoke('key', kid, act)
      await pass(0)
      t.match(await retired.ask(), { error: 'invalid_request' })
      t.notMatch((await retired.leave()).headers, { location: String })
      t.equal(ring.hinting(kid), undefined)
      const person = await arrive()
      const signing = ring.signing().record.kid
      await service.rooms.revoker.revoke('key', signing, act)
      await pass(0)
      t.match(await person.ask(), { error: 'invalid_request' })
    })

    await t.test('its row goes when the session lifetime is over, unless a session of before has a longer one', async t => {
      const person = await arrive()
      const kid = await retire()
      const kept = async () => (await service.stores.keys.list()).some(record => record.kid === kid)
      await pass(sessionLifetime - 2 * hour)
      t.ok(await kept())
      await pass(2 * hour)
      t.ok(await kept(), 'by the time of the database the sessions of before are young')
      for (const { sid, userId } of arrived) await service.rooms.sessions.end(sid, userId)
      await pass(0)
      t.notOk(await kept())
      t.notOk(ring.hinting(kid))
      t.match(await person.ask(), { error: 'invalid_request' })
    })
  })
}
