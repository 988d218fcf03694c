import Fastify from 'fastify'
import t from 'tap'
import { judgeReach, type WatchedVerifier } from '../../../src/protocol/reach.ts'
import { createExpressGuard } from '../../../src/verifier/adapters/express.ts'
import { fastifyGuard } from '../../../src/verifier/adapters/fastify.ts'
import { createVerifier } from '../../../src/verifier/index.ts'
import type { WhenStale } from '../../../src/verifier/revocation/revocation-checker.ts'
import type { FeedOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { createTestClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { client, openChecker, tokenOf } from './open-checker.ts'
import { sendJson, startScriptedService, type ScriptedService } from './scripted-service.ts'

/** What the service is told of a verifier's own rule, against what the verifier does. */

const feed = (options: Partial<FeedOptions> = {}): FeedOptions => ({ mode: 'feed', ...client, ...options })

interface ToldRule {
  maxStaleness: number
  whenStale: WhenStale
}

/** By the subscription and, where there is one, the acknowledgement that came last. */
function toldBy({ asked }: ScriptedService): ToldRule[] {
  const query = new URLSearchParams(asked.findLast(({ what }) => what === 'feed')!.path.replace(/^.*\?/, ''))
  const acks = asked.filter(({ what, method }) => what === 'ack' && method === 'POST').slice(-1)
    .map(({ body }) => JSON.parse(body) as { max_staleness: number; when_stale: WhenStale })
  return [{ maxStaleness: Number(query.get('max_staleness')), whenStale: query.get('when_stale') as WhenStale },
    ...acks.map(each => ({ maxStaleness: each.max_staleness, whenStale: each.when_stale }))]
}

const untilTold = (service: ScriptedService, whenStale: WhenStale): Promise<void> =>
  until(`${whenStale} is told`, () => toldBy(service).at(-1)!.whenStale === whenStale)

t.test('under lookup the bound is told by which the last answer is believed no more', async t => {
  const rules: Array<[Partial<FeedOptions>, number]> = [
    [{}, 5], [{ maxStaleness: 2, lookupCache: 60 }, 60], [{ maxStaleness: 2, lookupCache: 0, lookupTimeout: 30 }, 30],
    [{ maxStaleness: 90, lookupCache: 60, lookupTimeout: 60 }, 90], [{ whenStale: 'reject', lookupCache: 60 }, 5],
    [{ whenStale: 'accept', lookupCache: 60 }, 5], [{ maxStaleness: 3.00001 }, 3.001]
  ]
  for (const [options, maxStaleness] of rules) {
    const service = await startScriptedService(t)
    await openChecker(t, { issuer: service.url, options: feed(options) }).untilFresh()
    await until('it is acknowledged', () => toldBy(service).length === 2)
    const told = { maxStaleness, whenStale: options.whenStale ?? 'lookup' }
    t.strictSame(toldBy(service), [told, told], JSON.stringify(options))
  }
})

t.test('as long as an answer of a lookup lets a revoked token pass, the reach by what was told is not whole', async t => {
  const clock = createTestClock()
  const service = await startScriptedService(t)
  const opened = openChecker(t, { issuer: service.url, clock, options: feed({ maxStaleness: 2, lookupCache: 60 }) })
  await opened.untilFresh()
  const verifier: WatchedVerifier = {
    clientId: 'orders', instance: 'one', subscribedAt: new Date(clock.now()), acknowledgedAt: undefined, seq: undefined,
    reached: undefined, ...toldBy(service)[0]!
  }
  service.answers.feed = service.answers.poll = response => void response.destroy()
  service.cut()
  clock.advance(10)
  const token = tokenOf()
  t.equal(await opened.check(token), 'good')
  const revocation = { seq: 1, revokedAt: new Date(clock.now()) }
  service.answers.lookup = response => sendJson(response, { results: [{ revoked: true }] })
  const effective = () => judgeReach(revocation, [verifier], new Date(clock.now())).effective
  for (const seconds of [6.5, 53]) {
    clock.advance(seconds)
    t.equal(await opened.check(token), 'good', 'the answer from before is believed')
    t.equal(effective(), 0)
  }
  clock.advance(1)
  t.equal(await opened.check(token), 'revoked')
  clock.advance(5)
  t.equal(effective(), 1)
})

t.test('a laxer rule of single calls is told at once and from then on, a stricter one is not', async t => {
  const service = await startScriptedService(t)
  const opened = openChecker(t, { issuer: service.url, options: feed({ whenStale: 'reject', maxStaleness: 3, lookupCache: 30 }) })
  await opened.untilFresh()
  await untilTold(service, 'reject')
  t.equal(await opened.check(tokenOf(), { whenStale: 'lookup' }), 'good', 'of the view, which is fresh')
  await untilTold(service, 'lookup')
  t.strictSame(toldBy(service).at(-1), { whenStale: 'lookup', maxStaleness: 30 })
  opened.checker.announce('accept')
  await untilTold(service, 'accept')
  opened.checker.announce('reject')
  const streams = service.count('feed')
  service.cut()
  await until('the stream is open again', () => service.count('feed') > streams)
  t.match(toldBy(service), [{ whenStale: 'accept' }, { whenStale: 'accept' }])
})

t.test('a route that is protected by a rule of its own makes it known before its first request', async t => {
  const protectors: Record<string, (verifier: ReturnType<typeof createVerifier>) => unknown> = {
    Express: verifier => createExpressGuard({ verifier }).protect({ whenStale: 'accept' }),
    Fastify: async verifier => {
      const app = Fastify()
      await app.register(fastifyGuard, { verifier })
      app.get('/', { onRequest: app.protect({ whenStale: 'accept' }) }, () => '')
    }
  }
  for (const [adapter, protect] of Object.entries(protectors)) {
    const service = await startScriptedService(t)
    const verifier = createVerifier({ issuer: service.url, audience: 'orders', revocation: feed({ whenStale: 'reject' }) })
    t.teardown(() => verifier.close())
    await protect(verifier)
    await until(`${adapter}: there is a stream`, () => service.count('feed') > 0)
    await untilTold(service, 'accept')
  }
})
