import t, { type Test } from 'tap'
import { createVerifier } from '../../../src/verifier/index.ts'
import { createHeldKeys } from '../../../src/verifier/keys/held-keys.ts'
import { createKeySource } from '../../../src/verifier/keys/key-source.ts'
import { nodePlatform } from '../../../src/verifier/node/node-platform.ts'
import { createKeyNewsTaker } from '../../../src/verifier/revocation/feed/key-news-taker.ts'
import type { FeedOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { createTestClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { audience, goodClaims, goodHeader, otherKey, ourKey, outcomeOf, publicJwk, signRaw } from '../scene.ts'
import { client } from './open-checker.ts'
import { startScriptedService } from './scripted-service.ts'

const current = publicJwk(ourKey.publicKey)
const other = publicJwk(otherKey.publicKey, { kid: 'k2' })

t.test('what the feed says of keys holds again after an outdated JWKS was fetched while it was away', async t => {
  let monotonic = 0
  const held = createHeldKeys({ algorithms: ['RS256'], platform: nodePlatform, monotonic: () => monotonic, onChange: () => undefined })
  const take = createKeyNewsTaker(held)
  t.equal(take({ keys: [current], removed: [] }), true)
  held.replace([current, other])
  t.strictSame(held.heldKids(), ['k1', 'k2'])
  monotonic = 5000
  held.confirmKeys(4000, 5000)
  t.strictSame([held.confirmedAt(), held.fedAt()], [0, -Infinity], 'the feed vouches for nothing that it has not brought')
  t.equal(take({ keys: [current], removed: [] }), false, 'it says nothing new')
  t.strictSame(held.heldKids(), ['k1'], 'and still nothing else is trusted')
  monotonic = 9000
  held.confirmKeys(8000, 5000)
  held.confirmKeys(7000, 5000)
  t.strictSame([held.confirmedAt(), held.fedAt()], [8000, 8000], 'as of the moment that the service told')
})

t.test('K129: the feed vouches for its keys until its next word is overdue, however long a question waits for that', async t => {
  let monotonic = 0
  const held = createHeldKeys({ algorithms: ['RS256'], platform: nodePlatform, monotonic: () => monotonic, onChange: () => undefined })
  let requests = 0
  const source = createKeySource({
    held, monotonic: () => monotonic, hasBackground: true, onError: () => undefined,
    times: { cacheLifetime: 300_000, cooldown: 0, maxStale: 600_000, timeout: 5000 },
    async fetchKeys() {
      requests += 1
      return [current]
    }
  })
  createKeyNewsTaker(held)({ keys: [current, other], removed: [] })
  for (const nextWithin of [5000, 35_000]) {
    held.confirmKeys(monotonic, nextWithin)
    monotonic += nextWithin
    t.equal(await source.find('forged'), undefined)
    t.equal(requests, 0, `nobody asks ${nextWithin} ms later`)
  }
  t.strictSame(held.heldKids(), ['k1', 'k2'], 'and no older copy takes a key away that the feed has brought')
  monotonic += 1
  t.equal(await source.find('forged'), undefined)
  t.equal(requests, 1)
})

/** A verifier that follows a feed, until that ends at a moment of this clock. */
async function openFed(t: Test, options: Partial<FeedOptions> = {}) {
  const service = await startScriptedService(t)
  service.setKeys([current])
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead }
  const jwks = { requests: 0, keys: [current, other], isSilent: false }
  const verifier = createVerifier({
    issuer: service.url, audience, clock, revocation: { mode: 'feed', ...client, whenStale: 'accept', ...options },
    fetch: async (url, init) => {
      if (!(url as string).endsWith('/jwks.json')) return fetch(url, init)
      jwks.requests += 1
      return jwks.isSilent ? new Promise<Response>(() => undefined) : Response.json({ keys: jwks.keys })
    }
  })
  t.teardown(() => verifier.close())
  await verifier.ready()
  // While there was no feed yet.
  jwks.requests = 0
  const issued = Math.floor(clock.now() / 1000)
  const claims = { ...goodClaims(createTestClock()), iss: service.url, iat: issued, exp: issued + 7200 }
  return {
    verifier, jwks,
    first: signRaw(goodHeader, claims), second: signRaw({ ...goodHeader, kid: 'k2' }, claims, otherKey.privateKey),
    advance(seconds: number) { ahead += seconds * 1000 },
    async cut() {
      service.isAway = true
      service.cut()
      await until('the feed is missed', () => verifier.health().revocation.counters['failures']! > 0)
    }
  }
}

for (const whenStale of ['accept', 'reject'] as const) {
  t.test(`K129: with ${whenStale}, no token under a held key waits for keys in the mode feed, however long nobody asked before the service fell silent`, async t => {
    const { verifier, jwks, first, advance, cut } = await openFed(t, { whenStale })
    t.equal(await outcomeOf(verifier, first), 'good')
    await cut()
    jwks.isSilent = true
    advance(601)
    const startedAt = performance.now()
    t.equal(await outcomeOf(verifier, first), whenStale === 'accept' ? 'good' : 'revocation_unavailable')
    t.ok(performance.now() - startedAt < 1000, 'and at once')
    t.equal(jwks.requests, 1, 'though they are asked for, behind its back')
  })
}

t.test('K129: once the feed is cut the keys are those of the JWKS, however old a view may be', async t => {
  const { verifier, jwks, first, second, advance, cut } = await openFed(t, { maxStaleness: 3600 })
  t.equal(await outcomeOf(verifier, second), 'token_invalid', 'the feed knows better than a JWKS')
  t.equal(jwks.requests, 0)
  await cut()
  advance(700)
  t.ok(verifier.health().revocation.fresh)
  t.equal(await outcomeOf(verifier, second), 'good', 'a key that was published since')
  t.equal(jwks.requests, 1)
  jwks.keys = [other]
  advance(301)
  await outcomeOf(verifier, first)
  await until('the new keys are there', () => verifier.health().keys.kids.length === 1)
  t.equal(await outcomeOf(verifier, first), 'token_invalid', 'one that was taken off it since')
})

t.test('K129: the age of the keys is that of the last word of the feed, and goes on growing when it is cut', async t => {
  const { verifier, jwks, first, advance, cut } = await openFed(t, { maxStaleness: 3600 })
  await cut()
  jwks.isSilent = true
  advance(3500)
  t.equal(await outcomeOf(verifier, first), 'good')
  const { keys, revocation } = verifier.health()
  t.ok(revocation.age >= 3500)
  t.ok(keys.age >= 3500 && keys.age <= revocation.age + 1, `${keys.age} beside ${revocation.age}`)
})
