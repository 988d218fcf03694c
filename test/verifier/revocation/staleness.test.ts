import t, { type Test } from 'tap'
import { createIssuerTime } from '../../../src/verifier/revocation/issuer/issuer-time.ts'
import type { WhenStale } from '../../../src/verifier/revocation/revocation-checker.ts'
import type { FeedOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { createTestClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { client, openChecker, tokenOf, type OpenedChecker } from './open-checker.ts'
import { sendJson, sessionRecord, startScriptedService, type ScriptedService } from './scripted-service.ts'

/** What becomes of a token when the service is away, or the clock is put to another time. */

async function openStale(t: Test, whenStale: WhenStale, options: Partial<FeedOptions> = {}) {
  const service = await startScriptedService(t)
  const [revoked, other] = [tokenOf(), tokenOf()]
  service.revoke(sessionRecord(revoked.claims.sid!))
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'feed', ...client, maxStaleness: 2, whenStale, ...options } })
  await opened.untilFresh()
  return { service, opened, revoked, other }
}

/** A service of which the feed is broken, or which is away altogether. */
async function goStale({ service, opened }: { service: ScriptedService; opened: OpenedChecker }, how: 'away' | 'feed'): Promise<void> {
  if (how === 'away') service.isAway = true
  else service.answers.feed = service.answers.poll = response => void response.destroy()
  service.cut()
  await until('the view is too old', () => !opened.checker.health().fresh)
  await until('that is told', () => opened.changes.at(-1) === 'stale')
}

t.test('L154: within the bound an outage changes nothing, and nobody is asked', async t => {
  const scene = await openStale(t, 'lookup')
  scene.service.isAway = true
  scene.service.cut()
  const count = scene.service.asked.length
  t.equal(await scene.opened.check(scene.other), 'good')
  t.equal(await scene.opened.check(scene.revoked), 'revoked')
  t.equal(scene.service.asked.length, count)
})

const states: Record<WhenStale, string> = { lookup: 'revocation_unavailable', reject: 'revocation_unavailable', accept: 'unchecked' }
for (const [whenStale, state] of Object.entries(states) as Array<[WhenStale, string]>) {
  t.test(`L154: ${whenStale} beyond the bound, with the service away`, async t => {
    const scene = await openStale(t, whenStale)
    await goStale(scene, 'away')
    t.equal(await scene.opened.check(scene.other), state)
    t.equal(await scene.opened.check(scene.revoked), 'revoked', 'what is known to be revoked stays so')
    for (const [own, expected] of Object.entries(states) as Array<[WhenStale, string]>) {
      t.equal(await scene.opened.check(scene.other, { whenStale: own }), expected, `${own} for one call`)
    }
    scene.service.isAway = false
    await scene.opened.untilFresh()
    t.equal(await scene.opened.check(scene.other), 'good')
    await until('that is told', () => scene.opened.changes.length === 3)
    t.strictSame(scene.opened.changes, ['fresh', 'stale', 'fresh'])
  })
}

t.test('L154: lookup beyond the bound, with the feed away alone, asks for what is not known to be revoked', async t => {
  const scene = await openStale(t, 'lookup')
  await goStale(scene, 'feed')
  const { service, opened, revoked, other } = scene
  t.equal(await opened.check(revoked), 'revoked')
  t.equal(service.count('lookup'), 0)
  t.equal(await opened.check(other), 'good')
  const { kid, claims: { jti, iat, sub, client_id, grant_id, sid } } = other
  t.strictSame(JSON.parse(service.asked.at(-1)!.body), { claims: [{ jti, iat, kid, sub, client_id, grant_id, sid }] })
  t.equal(await opened.check(other), 'good', 'from a moment ago')
  t.equal(service.count('lookup'), 1)
  t.equal(await opened.check(other, { whenStale: 'reject' }), 'revocation_unavailable')
})

t.test('lookups of one moment share a request, up to a thousand in each', async t => {
  const scene = await openStale(t, 'lookup')
  await goStale(scene, 'feed')
  scene.service.answers.lookup = (response, _request, body) => {
    const { claims } = JSON.parse(body) as { claims: Array<{ sid: string }> }
    sendJson(response, { seq: 1, results: claims.map(({ sid }) => ({ revoked: sid.startsWith('A') })) })
  }
  const tokens = Array.from({ length: 2500 }, () => tokenOf())
  const found = await Promise.all(tokens.map(token => scene.opened.check(token)))
  t.strictSame(found, tokens.map(({ claims }) => claims.sid!.startsWith('A') ? 'revoked' : 'good'))
  t.equal(scene.service.count('lookup'), 3)
  const revoked = tokens.find(({ claims }) => claims.sid!.startsWith('A'))!
  t.equal(await scene.opened.check(revoked, { whenStale: 'accept' }), 'revoked', 'what was answered once stays so')
})

const wrongAnswers: Record<string, object> = {
  'fewer results': { results: [] }, 'no results': {}, 'a result that is none': { results: [{ revoked: 'no' }] }, 'a null': { results: [null] }
}
t.test('an answer that cannot be read is never "not revoked"', async t => {
  const scene = await openStale(t, 'lookup')
  await goStale(scene, 'feed')
  for (const [what, json] of Object.entries(wrongAnswers)) {
    scene.service.answers.lookup = response => sendJson(response, json)
    t.equal(await scene.opened.check(tokenOf()), 'revocation_unavailable', what)
  }
  scene.service.answers.lookup = response => sendJson(response, { results: [{ revoked: false }] }, 500)
  t.equal(await scene.opened.check(tokenOf()), 'revocation_unavailable', 'another status')
  scene.service.answers.lookup = () => undefined
  t.equal(await scene.opened.check(tokenOf()), 'revocation_unavailable', 'no answer at all')
})

t.test('L154: a clock that is put five minutes forward or back makes no view older or younger', async t => {
  let step = 0
  const clock = { now: () => Date.now() + step, monotonic: () => performance.now() }
  const service = await startScriptedService(t)
  const token = tokenOf()
  service.revoke(sessionRecord(token.claims.sid!))
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'feed', ...client, whenStale: 'reject' }, clock })
  await opened.untilFresh()
  for (const seconds of [300, -300, 86_400]) {
    step = seconds * 1000
    const { confirmations } = opened.checker.health().counters
    await until('it was looked at since', () => opened.checker.health().counters['confirmations']! > confirmations! + 10)
    t.equal(await opened.check(token), 'revoked', `${seconds} s`)
    t.equal(await opened.check(tokenOf()), 'good')
    t.ok(opened.checker.health().age < 2)
  }
  t.strictSame(opened.changes, ['fresh'])
})

t.test('L154: an entry is forgotten only when its end is past by our clock and by the service\'s', async t => {
  const clock = createTestClock()
  let step = 0
  const time = createIssuerTime({ now: () => clock.now() + step * 1000, monotonic: clock.monotonic })
  const start = clock.now() / 1000
  t.ok(time.forgettable() <= start - 3600, 'the service\'s clock is not known yet')
  time.note(new Response(null, { headers: { date: new Date(clock.now()).toUTCString() } }))
  for (const [seconds, forgettable] of [[0, -60], [300, -60], [-300, -360]] as const) {
    step = seconds
    t.equal(time.forgettable() - start, forgettable, `put by ${seconds} s`)
  }
  step = 300
  clock.advance(100)
  t.equal(time.forgettable() - start, 40, 'time goes on')
  time.note(new Response(null, { headers: { date: 'yesterday' } }))
  t.equal(time.forgettable() - start, 40, 'a date that is none changes nothing')
})

t.test('options that make no sense are refused by name', async t => {
  const wrong: Array<[object, RegExp]> = [
    [{ mode: 'other' }, /revocation\.mode/], [{}, /revocation\.mode/], [{ mode: 'toString' }, /revocation\.mode/],
    [{ mode: 'feed' }, /clientId/], [{ mode: 'feed', clientId: 'a' }, /clientSecret/],
    [{ mode: 'feed', ...client, maxStaleness: 1.9 }, /maxStaleness.* 2 to 3600\. .*1\.5 seconds old/], [{ mode: 'feed', ...client, maxStaleness: NaN }, /maxStaleness/],
    [{ mode: 'feed', ...client, whenStale: 'hope' }, /whenStale/], [{ mode: 'feed', ...client, instance: 'a b' }, /instance/],
    [{ mode: 'feed', ...client, transport: 'pigeon' }, /transport/], [{ mode: 'feed', ...client, lookupTimeout: 0 }, /lookupTimeout/],
    [{ mode: 'feed', ...client, serviceUrl: 'http://example.com' }, /serviceUrl/],
    [{ mode: 'lookup', ...client, whenStale: 'lookup' }, /whenStale/], [{ mode: 'lookup' }, /clientId/],
    [{ mode: 'status-list', whenStale: 'lookup' }, /clientId/], [{ mode: 'status-list', serviceUrl: 'ftp://x' }, /serviceUrl/]
  ]
  for (const [options, message] of wrong) {
    t.throws(() => openChecker(t, { issuer: 'https://id.example', options: options as never }), { name: 'TypeError', message })
  }
})

t.test('the mode lookup asks about every token, and does as it is told when it cannot', async t => {
  const service = await startScriptedService(t)
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'lookup', ...client, lookupCache: 0 } })
  const token = tokenOf()
  t.equal(await opened.check(token), 'good')
  t.equal(await opened.check(token), 'good')
  t.equal(service.count('lookup'), 2, 'nothing is kept')
  service.answers.lookup = response => sendJson(response, { results: [{ revoked: true }] })
  t.equal(await opened.check(token), 'revoked')
  service.isAway = true
  t.equal(await opened.check(token, { whenStale: 'accept' }), 'revoked', 'known from before')
  t.equal(await opened.check(tokenOf()), 'revocation_unavailable')
  t.equal(await opened.check(tokenOf(), { whenStale: 'accept' }), 'unchecked')
  t.equal(await opened.check(tokenOf(), { whenStale: 'lookup' }), 'revocation_unavailable')
  t.match(opened.checker.health(), { mode: 'lookup', fresh: false })
  service.isAway = false
  service.answers.lookup = response => sendJson(response, {}, 401)
  service.answers.token = response => sendJson(response, { error: 'invalid_client' }, 401)
  t.equal(await opened.check(tokenOf()), 'revocation_unavailable')
})

t.test('L154: the mode lookup tells once that the service does not answer, why, and since when; and once that it does again', async t => {
  const service = await startScriptedService(t)
  const clock = createTestClock()
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'lookup', ...client, lookupCache: 0 }, clock })
  t.match(opened.checker.health(), { fresh: true, age: Infinity })
  t.equal(await opened.check(tokenOf()), 'good')
  clock.advance(7)
  t.match(opened.checker.health(), { fresh: true, age: 7 })
  service.isAway = true
  for (let count = 0; count < 3; count++) t.equal(await opened.check(tokenOf()), 'revocation_unavailable')
  t.match(opened.checker.health(), { fresh: false, age: 7 })
  t.strictSame([opened.changes, opened.ages, opened.errors.length], [['stale'], [7], 1])
  service.isAway = false
  clock.advance(1)
  t.equal(await opened.check(tokenOf()), 'good')
  t.equal(await opened.check(tokenOf()), 'good')
  t.strictSame([opened.changes, opened.ages, opened.errors.length], [['stale', 'fresh'], [7, 0], 1])
  await opened.checker.close()
  t.equal(await opened.check(tokenOf()), 'revocation_unavailable')
  t.strictSame(opened.changes, ['stale', 'fresh'], 'of one that was closed nothing is told')
})

t.test('L154: a question that fails late says nothing of a service that has answered a later one', async t => {
  const service = await startScriptedService(t)
  const clock = createTestClock()
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'lookup', ...client, lookupCache: 0 }, clock })
  t.equal(await opened.check(tokenOf()), 'good')
  const { lookup } = service.answers
  let fail: () => void = () => undefined
  service.answers.lookup = response => { fail = () => void response.destroy() }
  const late = opened.check(tokenOf())
  await until('it is asked', () => service.count('lookup') === 2)
  service.answers.lookup = lookup
  clock.advance(1)
  t.equal(await opened.check(tokenOf()), 'good')
  fail()
  t.equal(await late, 'revocation_unavailable')
  t.match(opened.checker.health(), { fresh: true })
  t.strictSame(opened.changes, [])
})

t.test('L148: a token is looked for by its jti and key, however it was spelled', async t => {
  const service = await startScriptedService(t)
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'lookup', ...client, lookupCache: 60 } })
  const token = tokenOf()
  service.answers.lookup = response => sendJson(response, { results: [{ revoked: true }] })
  t.equal(await opened.check(token), 'revoked')
  service.isAway = true
  t.equal(await opened.check(structuredClone(token)), 'revoked')
  t.equal(await opened.check({ ...token, kid: 'another' }), 'revocation_unavailable', 'what another key signed is another token')
})

t.test('L154: an answer of long polling that was confirmed in our future proves nothing: our clock has stood still', async t => {
  const service = await startScriptedService(t)
  const { poll } = service.answers
  let wasFresh: boolean | undefined
  service.answers.poll = response => {
    service.answers.poll = (...request) => {
      wasFresh ??= opened.checker.health().fresh
      poll(...request)
    }
    sendJson(response, { after: 1, seq: 1, point: service.point(), head: 1, entries: '', confirmed: 62_000, jwks: { keys: [], removed: [] } })
  }
  const revoked = tokenOf()
  service.revoke(sessionRecord(revoked.claims.sid!))
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'feed', ...client, transport: 'poll', whenStale: 'reject' } })
  await opened.untilFresh()
  t.equal(wasFresh, false)
  t.match(opened.errors.map(String), [/the clock of this machine has stood still/])
  t.match(opened.checker.health().counters, { snapshots: 1 })
  t.equal(await opened.check(revoked), 'revoked')
})

t.test('L154: a stream that has come to be late, by clocks that run unevenly say, is left for another', async t => {
  const service = await startScriptedService(t)
  let ahead = 0
  const clock = { now: () => Date.now(), monotonic: () => performance.now() + ahead }
  const opened = openChecker(t, { issuer: service.url, options: { mode: 'feed', ...client, whenStale: 'reject' }, clock })
  await opened.untilFresh()
  ahead = 6000
  await until('heartbeats have come', () => opened.changes.at(-1) === 'stale')
  t.equal(service.count('feed'), 1, 'for a while it may catch up')
  ahead = 15_000
  await opened.untilFresh()
  t.equal(service.count('feed'), 2)
  t.match(opened.errors.map(String), [/events come too late/])
  t.match(opened.checker.health().counters, { polls: 0, snapshots: 1 })
})
