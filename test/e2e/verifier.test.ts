import t, { type Test } from 'tap'
import { createVerifier, type Verifier, type VerifierOptions } from '../../src/verifier/index.ts'
import type { FeedOptions } from '../../src/verifier/revocation/revocation-options.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'
import { serviceToken, signIn, signOut, type Tokens } from './caller.ts'
import { composeInstance, headerOf } from './composed.ts'
import { setStageBehindNetwork } from './stage-behind-network.ts'
import { setStage, skip, type Stage } from './stage.ts'

/** The verifier in this process, against real instances whose stores fail. */

interface Way {
  /** Where the service is reached. */
  url: string
  revocation?: Partial<FeedOptions>
  options?: Partial<VerifierOptions>
}

async function openVerifier(t: Test, { environment, client }: Stage, { url, revocation = {}, options = {} }: Way): Promise<Verifier> {
  const issuer = environment['ISSUER']!
  const verifier = createVerifier({
    issuer, audience: issuer, jwksUri: `${url}/.well-known/jwks.json`,
    revocation: { mode: 'feed', clientId: client.id, clientSecret: client.secret, serviceUrl: url, ...revocation },
    ...options
  })
  t.teardown(() => verifier.close())
  await verifier.ready()
  return verifier
}

const judge = (verifier: Verifier, token: string, options = {}): Promise<string> =>
  verifier.verify(token, options).then(({ revocation }) => revocation, (error: unknown) => (error as { code?: string }).code ?? String(error))

/** Milliseconds from the answer to the sign-out until the verifier refuses the token. */
async function timeToRefusal(verifier: Verifier, token: string): Promise<number> {
  const startedAt = performance.now()
  await until('the token is refused', async () => await judge(verifier, token) === 'token_revoked')
  return performance.now() - startedAt
}

async function nextHeartbeat(verifier: Verifier): Promise<void> {
  const count = (): number => verifier.health().revocation.counters['confirmations'] ?? 0
  const before = count()
  await until('the view is confirmed', () => count() > before)
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '')

for (const transport of ['stream', 'poll'] as const) {
  t.test(`Q195: a sign-out on one instance is known to a verifier that follows another by ${transport}, which asks nobody`, { skip }, async t => {
    const stage = await setStage(t)
    const [one, other] = await stage.startTwo()
    const user = await stage.addUser()
    const verifier = await openVerifier(t, stage, { url: other.url, revocation: { transport } })
    const times: number[] = []
    for (let round = 0; round < 10; round++) {
      const { accessToken, refreshToken } = await signIn(one, user)
      t.equal(await judge(verifier, accessToken), 'good')
      await signOut(one, refreshToken)
      times.push(await timeToRefusal(verifier, accessToken))
    }
    t.ok(Math.max(...times) < 1000, `at the latest after ${Math.round(Math.max(...times))} ms`)
    t.match(verifier.health(), { ready: true, revocation: { counters: { lookups: 0, snapshots: 1 } } })
  })
}

t.test('Q196: with Redis away', { skip }, async t => {
  const stage = await setStage(t)
  const redis = await startProxy(stage.redis.url)
  const [one, other] = await Promise.all([stage.start({ REDIS_URL: redis.url }), stage.start()])
  const way = await startProxy(other.url)
  t.teardown(() => Promise.all([way.close(), redis.close()]))
  const user = await stage.addUser()
  const verifier = await openVerifier(t, stage, {
    url: withoutSlash(way.url), revocation: { whenStale: 'reject', transport: 'stream' }
  })

  await t.test('revocations arrive all the same, and the view stays fresh', async t => {
    const changes: string[] = []
    const stopListening = verifier.on('stale', () => void changes.push('stale'))
    const tokens = await signIn(one, user)
    t.equal(await judge(verifier, tokens.accessToken), 'good')
    await stage.redis.kill()
    await signOut(one, tokens.refreshToken)
    t.ok(await timeToRefusal(verifier, tokens.accessToken) < 2000)
    await stage.redis.restart()
    const again = await signIn(one, user)
    t.equal(await judge(verifier, again.accessToken), 'good')
    await signOut(one, again.refreshToken)
    await timeToRefusal(verifier, again.accessToken)
    t.equal(await judge(verifier, tokens.accessToken), 'token_revoked')
    t.strictSame(changes, [])
    stopListening()
  })

  await t.test('what was refused stays refused when the feed moves to an instance that has not heard of it yet', async t => {
    const sessions = await Promise.all(Array.from({ length: 3 }, () => signIn(one, user)))
    // The one cannot announce its revocations any more, and the other believes a Redis that does not have them.
    redis.cut()
    for (const { accessToken, refreshToken } of sessions) {
      way.leadTo(one.url)
      await nextHeartbeat(verifier)
      t.equal(await judge(verifier, accessToken), 'good')
      let isKnownEverywhere = false
      const signedOut = signOut(one, refreshToken).finally(() => { isKnownEverywhere = true })
      await timeToRefusal(verifier, accessToken)
      way.leadTo(other.url)
      const answers = new Set<string>()
      await until('the sign-out was answered', async () => {
        answers.add(await judge(verifier, accessToken))
        return isKnownEverywhere
      })
      await signedOut
      t.strictSame([...answers], ['token_revoked'])
    }
    t.match(verifier.health(), { revocation: { counters: { snapshots: 1 } } }, 'a point that is ahead is no reason for a snapshot')
  })
})

const beyond = { lookup: 'revocation_unavailable', reject: 'revocation_unavailable', accept: 'unchecked' }

async function expectOutage(t: Test, verifier: Verifier, { good, dead }: { good: Tokens; dead: Tokens }): Promise<void> {
  t.equal(await judge(verifier, good.accessToken), 'good', 'the bound is not reached yet')
  await until('the view is too old', () => !verifier.health().revocation.fresh)
  for (const [whenStale, expected] of Object.entries(beyond)) {
    t.equal(await judge(verifier, good.accessToken, { whenStale }), expected, whenStale)
    t.equal(await judge(verifier, dead.accessToken, { whenStale }), 'token_revoked', `${whenStale}: known before`)
  }
}

t.test('L154: with PostgreSQL or the service away, each policy does what it says', { skip }, async t => {
  const { stage, server, network, settings } = await setStageBehindNetwork(t)
  const instance = await stage.start(settings)
  const way = await startProxy(instance.url)
  t.teardown(() => way.close())
  const verifier = await openVerifier(t, stage, { url: withoutSlash(way.url), revocation: { maxStaleness: 3 } })
  const user = await stage.addUser()
  const tokens = { good: await signIn(instance, user), dead: await signIn(instance, user) }
  await signOut(instance, tokens.dead.refreshToken)
  await timeToRefusal(verifier, tokens.dead.accessToken)

  const faults: Record<string, { cause: () => unknown; heal: () => unknown }> = {
    'PostgreSQL is killed': { cause: server.kill, heal: server.restart },
    'PostgreSQL is behind a dead network': { cause: network.hang, heal: network.heal },
    'the service is cut off': { cause: way.cut, heal: way.heal },
    'the service is behind a dead network': { cause: way.hang, heal: way.heal },
    'the service is frozen': { cause: instance.freeze, heal: instance.thaw }
  }
  for (const [what, { cause, heal }] of Object.entries(faults)) {
    await t.test(what, async t => {
      await cause()
      await expectOutage(t, verifier, tokens)
      await heal()
      await until('the view is fresh again', () => verifier.health().revocation.fresh, 20_000)
      t.equal(await judge(verifier, tokens.good.accessToken), 'good')
      t.equal(await judge(verifier, tokens.dead.accessToken), 'token_revoked')
    })
  }
})

t.test('K128: the tokens of a key that was compromised are refused, and nobody waits for a cache', { skip }, async t => {
  const stage = await setStage(t)
  const [one] = await stage.startTwo()
  const maker = await composeInstance(t, stage, {})
  await maker.start()
  const verifier = await openVerifier(t, stage, { url: one.url })
  const token = await serviceToken(one, stage.client)
  t.equal(await judge(verifier, token), 'good')
  await maker.rooms.revoker.revoke('key', headerOf(token).kid, { reason: 'test', actor: 'test' })
  const startedAt = performance.now()
  await until('the token is refused', async () => /^token_(revoked|invalid)$/.test(await judge(verifier, token)))
  t.ok(performance.now() - startedAt < 2000)
  await until('the key is dropped', () => !verifier.health().keys.kids.includes(headerOf(token).kid))
})

t.test('the mode lookup asks a real service, and takes its word', { skip }, async t => {
  const stage = await setStage(t)
  const [one, other] = await stage.startTwo()
  const user = await stage.addUser()
  const verifier = await openVerifier(t, stage, { url: other.url, revocation: { mode: 'lookup', whenStale: 'reject', lookupCache: 0 } as object })
  const tokens = await Promise.all([signIn(one, user), signIn(one, user)])
  t.strictSame(await Promise.all(tokens.map(({ accessToken }) => judge(verifier, accessToken))), ['good', 'good'])
  await signOut(one, tokens[0].refreshToken)
  t.strictSame(await Promise.all(tokens.map(({ accessToken }) => judge(verifier, accessToken))), ['token_revoked', 'good'])
})
