import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { fastifyGuard } from '../../src/verifier/adapters/fastify.ts'
import { createVerifier, type WhenStale } from '../../src/verifier/index.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { until } from '../support/until.ts'
import { signIn, signOut } from './caller.ts'
import { setStage, skip, type Stage } from './stage.ts'

/** Three resource servers, one per policy of staleness, while what they depend on is taken away piece by piece. */

interface OrdersServer {
  policy: WhenStale
  /** What it answers: the status, and how much was known of revocation. */
  call(token: string): Promise<string>
  isFresh(): boolean
}

async function openOrders(t: Test, { environment, client }: Stage, { policy, url }: { policy: WhenStale; url: string }): Promise<OrdersServer> {
  const issuer = environment['ISSUER']!
  const verifier = createVerifier({
    issuer, audience: issuer, jwksUri: `${url}/.well-known/jwks.json`,
    revocation: { mode: 'feed', clientId: client.id, clientSecret: client.secret, serviceUrl: url, maxStaleness: 3, whenStale: policy }
  })
  const app = Fastify()
  await app.register(fastifyGuard, { verifier })
  app.get('/orders', { onRequest: app.protect() }, async ({ token }) => token.revocation)
  t.teardown(() => app.close())
  await verifier.ready()
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    policy,
    isFresh: () => verifier.health().revocation.fresh,
    async call(token) {
      const answer = await fetch(`${address}/orders`, { headers: { authorization: `Bearer ${token}` } })
      const body = await answer.text()
      return answer.ok ? `${answer.status} ${body}` : `${answer.status} ${(JSON.parse(body) as { error: string }).error}`
    }
  }
}

/** What each policy answers once its view is too old and nobody can be asked. */
const blind: Record<WhenStale, string> = {
  lookup: '503 temporarily_unavailable', reject: '503 temporarily_unavailable', accept: '200 unchecked'
}

t.test('L154: resource servers lose Redis, then PostgreSQL, then the service, and each keeps to its policy', { skip }, async t => {
  const postgres = await startPostgresServer()
  t.teardown(() => postgres.remove())
  const stage = await setStage(t, postgres.url)
  const [near, far] = await stage.startTwo()
  const policies: WhenStale[] = ['lookup', 'reject', 'accept']
  const servers = await Promise.all(policies.map(policy => openOrders(t, stage, { policy, url: near.url })))
  const user = await stage.addUser()
  const [good, first, second] = [await signIn(near, user), await signIn(near, user), await signIn(near, user)] as const
  const answers = async ({ accessToken }: { accessToken: string }) =>
    Object.fromEntries(await Promise.all(servers.map(async ({ policy, call }) => [policy, await call(accessToken)] as const)))
  const all = (answer: string) => ({ lookup: answer, reject: answer, accept: answer })
  const refusedAt = async (title: string, tokens: typeof first, milliseconds: number) => {
    await signOut(far, tokens.refreshToken)
    const startedAt = performance.now()
    await until(title, async () => Object.values(await answers(tokens)).every(answer => answer === '401 invalid_token'))
    t.ok(performance.now() - startedAt < milliseconds, title)
  }

  t.strictSame(await answers(first), all('200 good'))
  await refusedAt('a sign-out at another instance is known within a second', first, 1000)

  await stage.redis.kill()
  await refusedAt('without Redis it is known within two', second, 2000)
  t.strictSame(await answers(good), all('200 good'))
  t.ok(servers.every(({ isFresh }) => isFresh()), 'and no view has grown old')

  await postgres.kill()
  await until('the views are too old', () => servers.every(({ isFresh }) => !isFresh()), 20_000)
  t.strictSame(await answers(good), blind)
  t.strictSame(await answers(second), all('401 invalid_token'), 'what was known to be revoked stays so')

  await postgres.restart()
  await until('the views are fresh again', () => servers.every(({ isFresh }) => isFresh()), 30_000)
  t.strictSame(await answers(good), all('200 good'))

  await Promise.all([near.kill(), far.kill()])
  await until('the views are too old', () => servers.every(({ isFresh }) => !isFresh()), 20_000)
  t.strictSame(await answers(good), blind)
  t.strictSame(await answers(first), all('401 invalid_token'))
})
