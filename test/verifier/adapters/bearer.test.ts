import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { fastifyGuard } from '../../../src/verifier/adapters/fastify.ts'
import { createVerifier } from '../../../src/verifier/index.ts'
import { openProvider } from '../../interop/open-provider.ts'
import { clientToken } from '../../support/clients.ts'
import { signIn } from '../../support/users.ts'
import { ask, bearer, refusalOf, type Asked } from './ask.ts'
import { listenWithEach, type GuardedServer } from './guarded-servers.ts'

/** What a resource server answers, to the byte and by every adapter alike, for tokens of a running service (RFC 6750). */

const audience = 'https://orders.example'
const metadataUrl = 'https://orders.example/.well-known/oauth-protected-resource'
const where = `resource_metadata="${metadataUrl}"`
const start = `Bearer realm="${audience}"`

/** A refusal, whole. */
function refusal(status: number, [error, description]: [string, string], more = ''): Record<string, unknown> {
  const named = `, error="${error}", error_description="${description}"${more}`
  return {
    status,
    challenge: status === 503 ? undefined : `${start}${error === 'token_missing' ? '' : named}, ${where}`,
    type: 'application/json; charset=utf-8',
    cache: 'no-store',
    retry: status === 503 ? '1' : undefined,
    body: JSON.stringify({ error, error_description: description })
  }
}

const missing = refusal(401, ['token_missing', 'An access token is needed'])
const malformed = refusal(401, ['invalid_token', 'The access token is malformed'])
const invalid = refusal(401, ['invalid_token', 'The access token is not valid here'])
const repeated = refusal(400, ['invalid_request', 'The request shows its credentials more than once'])

interface Probe extends Asked {
  path?: string
  to?: Array<[adapter: string, GuardedServer]>
}

const form = (fields: string, ...headers: Array<[string, string]>): Asked =>
  ({ method: 'POST', headers: [['content-type', 'application/x-www-form-urlencoded'], ...headers], body: fields })

async function openOrders(t: Test) {
  const provider = await openProvider(t, { config: { FIRST_PARTY_AUDIENCES: audience } })
  const { issuer, app } = provider
  const tokenFor = async (audiences: string[], scope: string) => {
    const { clientId: id, clientSecret } = await provider.register({
      grants: ['client_credentials'], scopes: scope.split(' '), audience: audiences
    })
    return clientToken(app, { id, secret: clientSecret }, scope)
  }
  const verifier = createVerifier({ issuer, audience, revocation: { mode: 'none' } })
  t.teardown(() => verifier.close())
  return {
    provider, tokenFor, verifier,
    servers: await listenWithEach(t, { verifier }),
    // The plain one sees headers and no bodies.
    forms: (await listenWithEach(t, { verifier, formToken: true })).filter(([adapter]) => adapter !== 'plain Node')
  }
}

t.test('a resource server', async t => {
  const { provider, tokenFor, verifier, servers, forms } = await openOrders(t)
  const token = await tokenFor([audience], 'orders:read')
  /** Sends the same to each server and holds the answers to one. */
  const expectAll = async (t: Test, { path = '/orders', to = servers, ...asked }: Probe, expected: Record<string, unknown>) => {
    for (const [adapter, { url }] of to) t.strictSame(refusalOf(await ask(url + path, asked)), expected, adapter)
  }
  const expectGood = async (t: Test, { path = '/orders', to = servers, ...asked }: Probe) => {
    for (const [adapter, { url }] of to) {
      const answer = await ask(url + path, asked)
      t.equal(answer.status, 200, `${adapter}: ${answer.body}`)
    }
  }

  t.test('lets a good token in, and tells the route what it says', async t => {
    for (const [adapter, { url }] of servers) {
      const { status, body } = await ask(`${url}/orders`, { headers: [bearer(token)] })
      t.equal(status, 200, adapter)
      t.match(JSON.parse(body), { sub: String, scopes: ['orders:read'] }, adapter)
    }
    const { accessToken } = await signIn(provider.app, provider.user)
    for (const [adapter, { url }] of servers) {
      const { body } = await ask(`${url}/orders`, { headers: [bearer(accessToken)] })
      t.strictSame(JSON.parse(body), { sub: provider.user.id, scopes: [] }, adapter)
    }
  })

  t.test('H103: answers who brings no token with a challenge that names no error', async t => {
    await expectAll(t, {}, missing)
    t.equal(missing['challenge'], `${start}, ${where}`)
    await expectAll(t, { headers: [['Authorization', 'Basic b3JkZXJzOnNlY3JldA==']] }, missing)
    await expectAll(t, { headers: [['Authorization', 'Bearertoken']] }, missing)
    await expectAll(t, { headers: [['Authorization', `DPoP ${token}`]] }, missing)
    await expectAll(t, { headers: [['Authorization', '']] }, missing)
  })

  t.test('H104: refuses what is malformed, not signed, or for somebody else', async t => {
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
    for (const wrong of ['a b', 'ä', '<script>', '"', '=']) {
      await expectAll(t, { headers: [['Authorization', `Bearer ${Buffer.from(wrong).toString('latin1')}`]] }, malformed)
    }
    const elsewhere = await tokenFor(['https://stock.example'], 'orders:read')
    for (const wrong of [
      elsewhere, `${header}.${payload}.${'A'.repeat(signature.length)}`, `${none}.${payload}.${signature}`
    ]) await expectAll(t, { headers: [bearer(wrong)] }, invalid)
    for (const [adapter, { url }] of servers) {
      for (const wrong of ['abc', 'a.b.c', '..', `${token}.x`, `${token}=`, 'x'.repeat(9000)]) {
        const { status, challenge } = refusalOf(await ask(`${url}/orders`, { headers: [bearer(wrong)] }))
        t.equal(status, 401, `${adapter}: ${wrong.slice(0, 20)}`)
        t.match(challenge, /^Bearer realm="[^"]+", error="invalid_token", error_description="[^"]+", resource_metadata="[^"]+"$/)
      }
    }
  })

  t.test('H104: refuses what has expired', async t => {
    const late = createVerifier({
      issuer: provider.issuer, audience, revocation: { mode: 'none' },
      clock: { now: () => Date.now() + 3_600_000, monotonic: () => performance.now() }
    })
    t.teardown(() => late.close())
    const expired = refusal(401, ['invalid_token', 'The access token has expired'])
    await expectAll(t, { headers: [bearer(token)], to: await listenWithEach(t, { verifier: late }) }, expired)
  })

  t.test('H105, L151: tells whoever lacks a scope which are needed, whole names alone', async t => {
    const lacking = refusal(403, ['insufficient_scope', 'The access token lacks a scope that this needs'], ', scope="orders:read orders:write"')
    const path = '/orders/write'
    await expectAll(t, { path, headers: [bearer(token)] }, lacking)
    await expectAll(t, { path, headers: [bearer(await tokenFor([audience], 'orders:read orders:writer Orders:write'))] }, lacking)
    const { accessToken } = await signIn(provider.app, provider.user)
    await expectAll(t, { path, headers: [bearer(accessToken)] }, lacking)
    await expectGood(t, { path, headers: [bearer(await tokenFor([audience], 'more orders:write orders:read'))] })
  })

  t.test('H106: takes no token from the URL', async t => {
    await expectAll(t, { path: `/orders?access_token=${token}` }, missing)
    await expectGood(t, { path: '/orders?access_token=other', headers: [bearer(token)] })
  })

  t.test('H107: refuses two tokens, wherever they stand', async t => {
    await expectAll(t, { headers: [bearer(token), bearer(token)] }, repeated)
    await expectAll(t, { headers: [['Authorization', 'Basic eDp5'], bearer(token)] }, repeated)
    await expectAll(t, { headers: [bearer(token), ['authorization', 'Basic eDp5']] }, repeated)
    await expectAll(t, { headers: [['Authorization', `Bearer ${token}, Bearer ${token}`]] }, repeated)
    await expectAll(t, { headers: [['Authorization', `Basic eDp5, Bearer ${token}`]] }, repeated)
    await expectAll(t, { ...form(`access_token=${token}`, bearer(token)), to: forms }, repeated)
    await expectAll(t, { ...form(`access_token=${token}&access_token=${token}`), to: forms }, repeated)
  })

  t.test('H108: reads the scheme in any case, with any number of spaces, and survives one with nothing behind it', async t => {
    for (const scheme of ['bearer', 'BEARER', 'bEaReR', 'Bearer  ', 'Bearer     ']) {
      await expectGood(t, { headers: [['Authorization', `${scheme} ${token}`]] })
    }
    await expectGood(t, { headers: [['Authorization', `Bearer ${token}  `]] })
    for (const empty of ['Bearer', 'bearer ', 'Bearer    ']) await expectAll(t, { headers: [['Authorization', empty]] }, malformed)
  })

  t.test('H109: takes a token from a form only where that was switched on, and from nothing but a form', async t => {
    const posted = form(`access_token=${token}`)
    await expectAll(t, posted, missing)
    await expectGood(t, { ...posted, to: forms })
    await expectAll(t, { ...form('access_token='), to: forms }, malformed)
    await expectAll(t, { ...form('other=1'), to: forms }, missing)
    await expectAll(t, { ...posted, headers: [['content-type', 'multipart/form-data; boundary=x']], to: forms.filter(([adapter]) => adapter === 'Express') }, missing)
    await expectAll(t, { ...posted, method: 'GET', to: forms }, missing)
    await expectGood(t, form('access_token=', bearer(token)))
  })

  t.test('answers 503 when the keys cannot be had, since nothing is known of the token then', async t => {
    const away = createVerifier({
      issuer: provider.issuer, audience, jwksUri: 'http://127.0.0.1:9/jwks', revocation: { mode: 'none' }
    })
    t.teardown(() => away.close())
    const unknown = refusal(503, ['temporarily_unavailable', 'It cannot be told right now whether the access token is good'])
    await expectAll(t, { headers: [bearer(token)], to: await listenWithEach(t, { verifier: away }) }, unknown)
  })

  t.test('tells its own side why, without a part of the token', async t => {
    for (const [adapter, { url, refusals }] of servers) {
      refusals.length = 0
      await ask(`${url}/orders`)
      await ask(`${url}/orders`, { headers: [bearer(`${token}x`)] })
      t.strictSame(refusals.map(({ name }) => name), ['VerifierError', 'VerifierError'], adapter)
      t.strictSame(refusals[0]!.code, 'token_missing', adapter)
      t.notOk(refusals.some(({ message }) => token.split('.').some(part => message.includes(part))), adapter)
    }
  })

  t.test('cannot read the token of a route that nothing protects', async t => {
    const app = Fastify()
    await app.register(fastifyGuard, { verifier })
    app.get('/open', async ({ token }) => token.claims.sub)
    const answer = await app.inject('/open')
    t.equal(answer.statusCode, 500)
    t.match(answer.json(), { message: /app\.protect\(\)/ })
  })
})
