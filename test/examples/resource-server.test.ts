import t, { type Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { openProvider, type Provider } from '../interop/open-provider.ts'
import { createVisitor, createWebClient, obtainTokens } from '../support/authorization.ts'
import { clientToken } from '../support/clients.ts'
import { until } from '../support/until.ts'
import { callApi, signIn } from '../support/users.ts'
import { startExample } from './start-example.ts'

/** The resource server of examples/, with Fastify, with Express and with Node alone, in processes of their own beside a running service. */

const programs = ['server', 'express', 'plain']
const audience = 'https://orders.example.com'
const origin = 'https://shop.example.com'

interface Asked {
  token?: string
  method?: string
  headers?: Record<string, string>
}

interface Orders {
  ask(path: string, asked?: Asked): Promise<Response>
}

async function startOrders(t: Test, { issuer }: Provider, { program, client }: { program: string; client: Client }): Promise<Orders> {
  const port = await findFreePort()
  await startExample(t, `resource-server/${program}`, {
    ISSUER: issuer, AUDIENCE: audience, ORIGIN: origin, CLIENT_ID: client.clientId, CLIENT_SECRET: client.clientSecret, PORT: String(port)
  })
  return {
    ask: (path, { token, method = 'GET', headers } = {}) => fetch(`http://127.0.0.1:${port}${path}`, {
      method, headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers }
    })
  }
}

interface Client {
  clientId: string
  clientSecret: string
}

/** What of an answer is the same whoever gives it. */
async function summarise(answer: Response): Promise<unknown[]> {
  const text = await answer.text()
  // Each framework has words of its own for a route that it does not know.
  if (answer.status === 404) return [404]
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return [answer.status, body, answer.headers.get('www-authenticate'), answer.headers.get('cache-control')]
}

t.test('the resource server is the same with Fastify, with Express and with Node alone', async t => {
  const provider = await openProvider(t, { config: { FIRST_PARTY_AUDIENCES: audience } })
  const { app, service, user } = provider
  const client = await provider.register({ grants: ['client_credentials'], scopes: ['revocations:read'] })
  const shop = await createWebClient(service)
  const jobs = await provider.register({ grants: ['client_credentials'], scopes: ['orders:write'], audience: [audience] })
  await provider.registerApi({ identifier: audience, name: 'Orders', scopes: ['orders:read', 'orders:write'], clients: [shop.id, jobs.clientId] })
  const servers = await Promise.all(programs.map(program => startOrders(t, provider, { program, client })))
  /** The one answer of all of them. */
  const askAll = async (path: string, asked?: Asked): Promise<unknown[]> => {
    const [first, ...others] = await Promise.all(servers.map(async ({ ask }) => summarise(await ask(path, asked))))
    for (const [index, other] of others.entries()) t.strictSame(other, first, `${programs[index + 1]} answers ${path} as ${programs[0]} does`)
    return first!
  }
  const readHealth = () => Promise.all(servers.map(async ({ ask }) => await (await ask('/healthz')).json() as { ready: boolean }))
  await until('each has a fresh view', async () => (await readHealth()).every(({ ready }) => ready))

  const { accessToken } = await signIn(app, user)
  const [status, , challenge] = await askAll('/orders')
  t.equal(status, 401)
  t.match(challenge, `resource_metadata="${audience}/.well-known/oauth-protected-resource"`)
  t.match(await askAll('/orders', { token: accessToken }), [200, { customer: user.id, revocation: 'good', orders: [] }])
  t.match(await askAll('/orders/7', { method: 'DELETE', token: accessToken }), [403, { error: 'insufficient_scope' }, /scope="orders:write"/])
  const serviceToken = await clientToken(app, { id: jobs.clientId, secret: jobs.clientSecret }, 'orders:write')
  t.match(await askAll('/orders/7', { method: 'DELETE', token: serviceToken }), [401, { error: 'insufficient_user_authentication' }, /max_age="?300/])
  const changes = { resource: audience, scope: 'openid orders:write' }
  const { access_token: token } = await obtainTokens(app, { client: shop, user, visitor: createVisitor(app), changes })
  t.match(await askAll('/orders/7', { method: 'DELETE', token }), [204])
  t.match(await askAll('/stock', { token }), [404])
  t.match(await askAll('/.well-known/oauth-protected-resource'),
    [200, { resource: audience, authorization_servers: [provider.issuer], scopes_supported: ['orders:read', 'orders:write'] }])

  const asking = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }
  for (const { ask } of servers) {
    const { status, headers } = await ask('/orders', { method: 'OPTIONS', headers: asking })
    t.equal(status, 204)
    t.equal(headers.get('access-control-allow-origin'), origin)
    t.equal(headers.get('access-control-allow-headers'), 'authorization')
    t.match(headers.get('access-control-allow-methods'), 'DELETE')
    const refused = await ask('/orders', { headers: { origin } })
    const shown = ['access-control-allow-origin', 'access-control-expose-headers'].map(name => refused.headers.get(name))
    t.strictSame(shown, [origin, 'www-authenticate'])
  }

  await callApi(app, 'POST /api/auth/logout', { token: accessToken })
  const startedAt = performance.now()
  await until('each refuses it', async () =>
    (await Promise.all(servers.map(({ ask }) => ask('/orders', { token: accessToken })))).every(({ status }) => status === 401))
  t.ok(performance.now() - startedAt < 1000, 'within a second')
  t.match(await readHealth(), servers.map(() => ({ ready: true, revocation: { mode: 'feed', fresh: true, counters: { lookups: 0 } } })))
})
