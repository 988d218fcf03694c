import t from 'tap'
import { createVerifier } from '../../../src/verifier/index.ts'
import { openProvider } from '../../interop/open-provider.ts'
import { claimsOf, signIn } from '../../support/users.ts'
import { ask, bearer, refusalOf } from './ask.ts'
import { listenWithEach } from './guarded-servers.ts'
import { startIssuer } from './issuer.ts'

/** RFC 9470: a resource server that wants a better or a fresher sign-in says which. */

const audience = 'https://orders.example'
const challenge = `Bearer realm="${audience}", error="insufficient_user_authentication", ` +
  'error_description="The user has to sign in anew for this", acr_values="urn:example:gold urn:example:silver", max_age="300", ' +
  `resource_metadata="${audience}/.well-known/oauth-protected-resource"`

t.test('P192: a sign-in of another class, too long ago, or of neither is not enough', async t => {
  const { issuer, issue } = await startIssuer(t, audience)
  const verifier = createVerifier({ issuer, audience, revocation: { mode: 'none' } })
  t.teardown(() => verifier.close())
  const now = Math.floor(Date.now() / 1000)
  for (const [adapter, { url }] of await listenWithEach(t, { verifier })) {
    const send = async (claims: object) => ask(`${url}/payments`, { headers: [bearer(await issue({ ...claims }))] })
    for (const acr of ['urn:example:gold', 'urn:example:silver']) {
      t.equal((await send({ acr, auth_time: now - 250 })).status, 200, adapter)
    }
    for (const claims of [
      { acr: 'urn:example:bronze', auth_time: now }, { acr: 'urn:example:gold', auth_time: now - 400 }, { auth_time: now },
      { acr: 'urn:example:gold' }, {}, { acr: ['urn:example:gold'], auth_time: now }, { acr: 'urn:example:gold', auth_time: String(now) },
      { acr: 'urn:example:gold urn:example:silver', auth_time: now }
    ]) {
      const answer = await send(claims)
      t.equal(answer.status, 401, `${adapter}: ${JSON.stringify(claims)}`)
      // What is no claim of that name at all makes the token invalid.
      if (!/invalid_token/.test(answer.body)) t.equal(refusalOf(answer)['challenge'], challenge, adapter)
    }
  }
})

t.test("P192: the service's own tokens carry what that is judged by", async t => {
  const { app, issuer, user } = await openProvider(t, { config: { FIRST_PARTY_AUDIENCES: audience } })
  const { accessToken } = await signIn(app, user)
  t.match(claimsOf(accessToken), { acr: 'urn:countersign:acr:password', auth_time: Number, amr: ['pwd'] })
  for (const [minutes, expected] of [[0, 'ok'], [4, 'ok'], [8, 'insufficient_user_authentication']] as const) {
    const verifier = createVerifier({
      issuer, audience, revocation: { mode: 'none' },
      clock: { now: () => Date.now() + minutes * 60_000, monotonic: () => performance.now() }
    })
    t.teardown(() => verifier.close())
    const outcome = await verifier.verify(accessToken, { acrValues: ['urn:countersign:acr:password'], maxAge: 300 })
      .then(() => 'ok', (error: { code: string }) => error.code)
    t.equal(outcome, expected, `${minutes} minutes after the sign-in`)
  }
})
