import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { createVerifier } from '../../../src/verifier/index.ts'
import { createTestClock } from '../../support/clock.ts'
import { createClient, createGrant, postForm } from '../../support/clients.ts'
import { onEachStore } from '../../support/service.ts'
import { until } from '../../support/until.ts'
import { claimsOf, signInAnew } from '../../support/users.ts'

/** The mode `status-list` and the lists of the service itself. */

const api = 'https://orders.example'

onEachStore(t, async (t, { app, service, issuer }) => {
  t.test('Q200: the service\'s own lists are read, and what is revoked, or signed by a key that was, is refused once the list has been fetched anew', async t => {
    const shop = await createClient(service, { scopes: ['read'] })
    await service.stores.apis.create({
      identifier: api, name: 'API', scopes: ['read'], tokenLifetime: undefined, clients: [shop.id], statusList: true
    }, 'admin')
    await service.pulse.refresh()
    const user = await signInAnew(app, service)
    const begin = () => createGrant(service, { clientId: shop.id, userId: user.id, sessionId: user.sessionId, audience: [api], scopes: ['read'] })
    const [one, other] = [await begin(), await begin()]

    const asked: string[] = []
    const clock = createTestClock(Date.now())
    const verifier = createVerifier({
      issuer, audience: api, clock, revocation: { mode: 'status-list' },
      async fetch(input, init) {
        const { pathname } = new URL(input as string)
        asked.push(pathname)
        const { statusCode, body, headers } = await app.inject({ url: pathname, headers: init?.headers as Record<string, string> })
        return new Response(body, { status: statusCode, headers: { 'content-type': String(headers['content-type']) } })
      }
    })
    t.teardown(() => verifier.close())
    const judge = (token: string) => verifier.verify(token).then(({ revocation }) => revocation, (error: { code: string }) => error.code)

    t.equal(await judge(one.accessToken), 'good')
    t.equal(await judge(other.accessToken), 'good')
    const { kid } = decodeProtectedHeader(other.accessToken)
    t.strictSame(asked.filter(path => path.startsWith('/status-lists')), [`/status-lists/0.${kid}`])
    await service.rooms.revoker.revoke('grant', claimsOf(one.accessToken)['grant_id'] as string, { reason: 'test', actor: 'admin' })
    clock.advance(31)
    t.equal(await judge(one.accessToken), 'token_revoked')
    t.equal(await judge(other.accessToken), 'good')
    t.equal(await judge(user.accessToken), 'token_invalid', 'a token for somebody else')

    await service.rooms.revoker.revoke('key', kid!, { reason: 'test', actor: 'admin' })
    await service.rotation.tend()
    clock.advance(31)
    t.equal(await judge(other.accessToken), 'token_revoked', 'the list of its key says so')
    const next = await postForm(app, { url: '/oauth/token', client: shop, form: { grant_type: 'refresh_token', refresh_token: other.refreshToken } })
    t.equal(await judge(next.json<{ access_token: string }>().access_token), 'good', 'a token of the same grant under the next key')
    await until('the verifier has the keys anew', () => !verifier.health().keys.kids.includes(kid!))
    t.equal(await judge(other.accessToken), 'token_invalid', 'the key that signed it is gone, long before the keys are old')
  })
})
