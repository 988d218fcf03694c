import t from 'tap'
import { createVerifier } from '../../src/verifier/index.ts'
import { createVerifier as createWebVerifier } from '../../src/verifier/web/index.ts'
import { onEachStore, type OpenedService } from '../support/service.ts'
import { outcomeOf } from './scene.ts'

const account = { email: 'verified@example.com', password: 'correct horse battery staple' }

/** Asks the running service itself for its keys. */
const fetchFrom = ({ app, issuer }: OpenedService): typeof fetch => async url => {
  const { body, statusCode: status } = await app.inject({ url: (url as string).slice(issuer.length) })
  return new Response(body, { status })
}

t.test('L131: the service\'s own access tokens are good, on each platform', async t => {
  onEachStore(t, async (t, opened) => {
    const { app, issuer } = opened
    await app.inject({ method: 'POST', url: '/api/auth/register', payload: account })
    const answer = await app.inject({ method: 'POST', url: '/api/auth/login', payload: account })
    t.equal(answer.statusCode, 200)
    const { access_token: token, accessToken = token } = answer.json<{ access_token: string; accessToken?: string }>()
    for (const create of [createVerifier, createWebVerifier]) {
      const verifier = create({ issuer, audience: issuer, revocation: { mode: 'none' }, fetch: fetchFrom(opened) })
      t.teardown(() => verifier.close())
      const { claims, revocation, scopes, header } = await verifier.verify(accessToken)
      t.match(claims, { iss: issuer, aud: issuer, roles: ['user'] })
      t.ok(claims.jti.startsWith(`${claims.grant_id}.`))
      t.equal(header.typ, 'at+jwt')
      t.strictSame([revocation, [...scopes]], ['unchecked', []], 'nothing was checked, and that is said')
      t.equal(await outcomeOf(verifier, accessToken, { scope: 'openid' }), 'insufficient_scope')
      const other = create({ issuer, audience: 'https://orders.example', revocation: { mode: 'none' }, fetch: fetchFrom(opened) })
      t.teardown(() => other.close())
      t.equal(await outcomeOf(other, accessToken), 'token_invalid', 'for others it is not')
    }
  })
})
