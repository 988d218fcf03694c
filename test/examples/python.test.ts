import { spawnSync } from 'node:child_process'
import path from 'node:path'
import t, { type Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import { hashClientSecret, makeClientSecret } from '../../src/clients/secret.ts'
import { systemRandom } from '../../src/system.ts'
import { call, lookup, serviceToken, signIn, signOut, type Answer } from '../e2e/caller.ts'
import { composeInstance, headerOf } from '../e2e/composed.ts'
import { setStage, skip, type Stage, type TestClient } from '../e2e/stage.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { secret } from '../support/secrets.ts'
import { until } from '../support/until.ts'
import { python, startExample } from './start-example.ts'
import { startFront } from './start-front.ts'

/** examples/python, which follows the feed as its page says, against a service of two instances. */

const audience = 'https://orders.example.com'
const maxStaleness = 3

t.test('the Python example agrees with the vectors of the feed, and refuses forged tokens', async t => {
  const { status, stderr } = spawnSync(python, ['-B', '-m', 'unittest'], {
    cwd: path.resolve(import.meta.dirname, '../../examples/python'), encoding: 'utf8'
  })
  t.equal(status, 0, stderr)
  t.match(stderr, /Ran \d{2} tests/)
})

t.test('a resource server in Python', { skip }, async t => {
  const stage = await setStage(t)
  const issuerPort = await findFreePort()
  const [one, other] = await stage.startTwo({ ISSUER: `http://127.0.0.1:${issuerPort}`, FIRST_PARTY_AUDIENCES: audience })
  // It knows the issuer alone, and reaches one of the instances there.
  const front = await startFront(t, one.url)
  const proxy = await startProxy(front.url, issuerPort)
  t.teardown(() => proxy.close())
  const server = await startServer(t, stage, proxy)
  const ask = (bearer: string, route = '/whoami'): Promise<Answer> => call(server, route, { bearer })
  const becomes = (status: number, bearer: string, milliseconds?: number): Promise<void> =>
    until(`the example answers ${status}:\n${server.output()}`, async () => (await ask(bearer)).status === status, milliseconds)

  await t.test('accepts tokens that are for it, and says as RFC 6750 does what is wrong with others', async t => {
    const { accessToken } = await signIn(other, await stage.addUser())
    await becomes(200, accessToken)
    const caller = await addCaller(stage, { audience: [audience] })
    const token = await serviceToken(other, caller)
    t.match(await ask(token, '/orders'), { status: 200, body: { sub: caller.id } })
    const missing = await call(server, '/orders')
    t.equal(missing.status, 401)
    t.equal(missing.headers.get('www-authenticate'), `Bearer realm="${audience}"`)
    const narrow = await ask(accessToken, '/orders')
    t.equal(narrow.status, 403)
    t.equal(narrow.headers.get('www-authenticate'), `Bearer realm="${audience}", error="insufficient_scope", scope="orders:read"`)
    const foreign = await ask(await serviceToken(other, await addCaller(stage, { audience: ['https://stock.example.com'] })))
    t.equal(foreign.status, 401)
    t.equal(foreign.headers.get('www-authenticate'), `Bearer realm="${audience}", error="invalid_token"`)
    const [head, payload, signature] = token.split('.') as [string, string, string]
    t.equal((await ask(`${head}.${payload}.${signature}=`)).status, 401, 'another spelling')
    t.equal((await ask(`${head}.${payload}.${signature.slice(0, -4)}AAAA`)).status, 401, 'another signature')
  })

  await t.test('refuses within a second what another instance has revoked, and nothing else', async t => {
    for (let round = 0; round < 5; round++) {
      const [leaving, staying] = await Promise.all([signIn(other, await stage.addUser()), signIn(other, await stage.addUser())])
      await becomes(200, leaving.accessToken)
      await signOut(other, leaving.refreshToken)
      const revokedAt = performance.now()
      await becomes(401, leaving.accessToken)
      t.ok(performance.now() - revokedAt < 1000, `after ${Math.round(performance.now() - revokedAt)} ms`)
      t.equal((await ask(staying.accessToken)).status, 200)
    }
  })

  await t.test('acknowledges what it has applied, so that the reach of a revocation counts it', async t => {
    await signOut(other, (await signIn(other, await stage.addUser())).refreshToken)
    const bearer = await serviceToken(other, stage.client)
    const { body: { seq } } = await lookup(other, bearer, [bearer])
    await until('the example has acknowledged it', async () => {
      const { body } = await call(other, `/revocations/${seq}/reach`, { bearer })
      return body['verifiers'] === 1 && body['effective'] === 1
    })
    t.pass()
  })

  await t.test('answers by itself while the service hangs, and 503 once its view is too old', async t => {
    const { accessToken } = await signIn(other, await stage.addUser())
    await becomes(200, accessToken)
    one.freeze()
    t.equal((await ask(accessToken)).status, 200, 'without asking anybody')
    await becomes(503, accessToken, (maxStaleness + 1) * 1000)
    one.thaw()
    await becomes(200, accessToken)
  })

  await t.test('lets nobody in while it is cut off, and afterwards nobody whose token was revoked meanwhile', async t => {
    const [leaving, staying] = await Promise.all([signIn(other, await stage.addUser()), signIn(other, await stage.addUser())])
    await becomes(200, leaving.accessToken)
    proxy.cut()
    const cutAt = performance.now()
    await signOut(other, leaving.refreshToken)
    await becomes(503, leaving.accessToken, (maxStaleness + 1) * 1000)
    t.ok(performance.now() - cutAt > 500, 'it goes on for as long as its view may be old')
    const refused = await ask(staying.accessToken)
    t.equal(refused.status, 503)
    t.equal(refused.headers.get('retry-after'), '1')
    t.match(await call(server, '/whoami'), { status: 401 }, 'who brings no token needs one, whatever has been revoked')
    proxy.heal()
    const seen = new Set<number>()
    await until('it is connected again', async () => {
      seen.add((await ask(leaving.accessToken)).status)
      return (await ask(staying.accessToken)).status === 200
    })
    t.notOk(seen.has(200), 'the revoked token was let in at no moment')
    t.equal((await ask(leaving.accessToken)).status, 401)
  })

  const connectAgain = async (): Promise<void> => {
    let times = 0
    const { retell } = front
    front.retell = event => {
      if (event.startsWith('event: heartbeat')) times++
      return retell(event)
    }
    proxy.cut()
    times = 0
    proxy.heal()
    await until('the example follows again', () => times > 1)
    front.retell = retell
  }

  await t.test('forgets a revocation only when its end is past on the clock of the service, too', async t => {
    const [leaving, staying] = await Promise.all([signIn(other, await stage.addUser()), signIn(other, await stage.addUser())])
    await becomes(200, leaving.accessToken)
    front.ahead = -1000
    front.retell = event => event.replace(/(?<="entries":")[^"]+/, endedBefore(100))
    await signOut(other, leaving.refreshToken)
    await becomes(401, leaving.accessToken)
    await connectAgain()
    await becomes(200, staying.accessToken)
    t.equal((await ask(leaving.accessToken)).status, 401, 'its own clock alone forgets nothing')
    front.ahead = 0
    await connectAgain()
    await becomes(200, leaving.accessToken)
    front.retell = event => event
  })

  await t.test('refuses the tokens of a key that was compromised, and takes those of the next', async t => {
    const user = await stage.addUser()
    const { accessToken } = await signIn(other, user)
    await becomes(200, accessToken)
    const maker = await composeInstance(t, stage, {})
    await maker.start()
    await maker.rooms.revoker.revoke('key', headerOf(accessToken).kid, { reason: 'test', actor: 'test' })
    await becomes(401, accessToken)
    await until('a token of the next key is taken', async () => {
      const next = await signIn(other, user)
      return headerOf(next.accessToken).kid !== headerOf(accessToken).kid && (await ask(next.accessToken)).status === 200
    })
    t.equal((await ask(accessToken)).status, 401)
  })

  await t.test('never takes a key again that was once removed, whatever is listed later', async t => {
    const { accessToken } = await signIn(other, await stage.addUser())
    await becomes(200, accessToken)
    // The service itself has not revoked this key: nothing else speaks against the token.
    front.retell = event => event.replace(/"removed":\[[^\]]*\]/, `"removed":["${headerOf(accessToken).kid}"]`)
    await connectAgain()
    await becomes(401, accessToken)
    let listed = 0
    front.retell = event => {
      if (event.startsWith('event: jwks') && event.includes(`"kid":"${headerOf(accessToken).kid}"`)) listed++
      return event.replace(/"removed":\[[^\]]*\]/, '"removed":[]')
    }
    await connectAgain()
    t.ok(listed > 0, 'once, and again where other keys change meanwhile')
    t.equal((await ask(accessToken)).status, 401)
  })
})

/** The same entries, as if they had ended that many seconds ago. */
const endedBefore = (seconds: number) => (entries: string): string => {
  const bytes = Buffer.from(entries, 'base64url')
  for (let end = 19; end < bytes.length; end += 23) bytes.writeUInt32BE(Math.floor(Date.now() / 1000) - seconds, end)
  return bytes.toString('base64url')
}

interface ExampleServer {
  url: string
  output: () => string
}

async function startServer(t: Test, stage: Stage, proxy: Proxy): Promise<ExampleServer> {
  const port = await findFreePort()
  const output = await startExample(t, 'python', {
    ISSUER: new URL(proxy.url).origin, AUDIENCE: audience, CLIENT_ID: stage.client.id, CLIENT_SECRET: stage.client.secret,
    MAX_STALENESS: String(maxStaleness), PORT: String(port)
  })
  return { url: `http://127.0.0.1:${port}`, output }
}

let callers = 0

/** A service that may read orders. */
async function addCaller({ stores }: Stage, { audience }: { audience: string[] }): Promise<TestClient> {
  const id = `caller-${++callers}`
  const clientSecret = secret(makeClientSecret(systemRandom))
  await stores.clients.create({
    id, tag: clientTagOf(id), name: id, secretHash: hashClientSecret(clientSecret), authMethods: ['client_secret_basic'],
    grantTypes: ['client_credentials'], scopes: ['orders:read'], audience, redirectUris: []
  }, 'test')
  return { id, secret: clientSecret }
}
