import t, { type Test } from 'tap'
import type { FeedOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { until } from '../../support/until.ts'
import { client, newId, openChecker, tokenOf } from './open-checker.ts'
import { sendJson, sessionRecord, snapshotOf, startScriptedService, type ScriptedService } from './scripted-service.ts'

/** The mode `feed` against a service that keeps the contract, and one that does not. */

const feed = (options: Partial<FeedOptions> = {}): FeedOptions => ({ mode: 'feed', ...client, whenStale: 'reject', ...options })
const openFeed = (t: Parameters<typeof openChecker>[0], service: ScriptedService, options: Partial<FeedOptions> = {}) =>
  openChecker(t, { issuer: service.url, options: feed(options) })

t.test('what was revoked before and what is revoked now is known, and nothing else', async t => {
  const service = await startScriptedService(t)
  const [before, now, other] = [tokenOf(), tokenOf(), tokenOf()]
  service.revoke(sessionRecord(before.claims.sid!))
  const opened = openFeed(t, service, { instance: 'one' })
  t.equal(await opened.check(before), 'revocation_unavailable', 'nothing is known yet')
  await opened.untilFresh()
  t.equal(await opened.check(before), 'revoked')
  t.equal(await opened.check(now), 'good')
  service.revoke(sessionRecord(now.claims.sid!))
  await until('it is known', async () => await opened.check(now) === 'revoked')
  t.equal(await opened.check(other), 'good')
  t.match(opened.checker.health(), { mode: 'feed', fresh: true, seq: 2, entries: 2 })
  t.equal(service.count('snapshot'), 1)
  t.equal(service.count('lookup'), 0, 'nobody was asked about a token')
  const basic = `Basic ${Buffer.from('orders:a+secret%3Awith%2Fsigns').toString('base64')}`
  t.equal(service.asked[0]!.headers.authorization, basic, 'RFC 6749 §2.3.1')
  t.match(service.asked.find(({ what }) => what === 'feed')!.path, /after=1\.A{16}&instance=one&max_staleness=5&when_stale=reject$/)
})

t.test('a stream that is cut is taken up where it ended, without another snapshot', async t => {
  const service = await startScriptedService(t)
  const opened = openFeed(t, service)
  await opened.untilFresh()
  const token = tokenOf()
  for (let round = 0; round < 3; round++) {
    service.cut()
    service.revoke(sessionRecord(round === 2 ? token.claims.sid! : newId()))
    await until('the stream is open again', () => service.count('feed') === round + 2)
    await until('the revocation is known', () => opened.checker.health().seq === round + 1)
  }
  t.equal(await opened.check(token), 'revoked')
  t.equal(service.count('snapshot'), 1)
  t.strictSame(opened.changes, ['fresh'], 'the view was fresh all the time')
})

t.test('an end in good order is followed by the next stream at once, with a new token where the old one is over', async t => {
  const service = await startScriptedService(t)
  const open = service.answers.feed
  service.answers.feed = (response, request, body) => {
    open(response, request, body)
    if (service.count('feed') <= 3) response.end('event: end\ndata: {"reason":"token-expired"}\n\n')
  }
  const opened = openFeed(t, service)
  await opened.untilFresh()
  await until('a stream stays', () => service.count('feed') === 4)
  t.equal(service.count('token'), 4)
  t.equal(service.count('snapshot'), 1)
})

/** A feed that has brought the revocation of a token. */
async function openWithRevoked(t: Test) {
  const service = await startScriptedService(t)
  const opened = openFeed(t, service)
  await opened.untilFresh()
  const token = tokenOf()
  service.revoke(sessionRecord(token.claims.sid!))
  await until('it is known', async () => await opened.check(token) === 'revoked')
  return { service, opened, token }
}

const breaches: Record<string, (service: ScriptedService) => string> = {
  'a batch that does not continue what is known': service =>
    `event: revocations\nid: ${service.point(9)}\ndata: {"after":8,"seq":9,"entries":""}\n\n`,
  'a heartbeat of another sequence': service =>
    `event: heartbeat\nid: ${service.point(9)}\ndata: {"seq":9,"confirmed":0,"sent":0}\n\n`,
  'a reset': () => 'event: reset\ndata: {}\n\n'
}
for (const [what, text] of Object.entries(breaches)) {
  t.test(`after ${what} a snapshot is taken, and what is known serves on meanwhile`, async t => {
    const service = await startScriptedService(t)
    const token = tokenOf()
    service.revoke(sessionRecord(token.claims.sid!))
    const opened = openFeed(t, service)
    await opened.untilFresh()
    const { snapshot, feed } = service.answers
    let release = (): void => undefined
    service.answers.snapshot = (...asked) => { release = () => snapshot(...asked) }
    service.answers.feed = response => void response.writeHead(200).write(text(service))
    service.cut()
    await until('a snapshot is asked for', () => service.count('snapshot') === 2)
    t.equal(await opened.check(token), 'revoked')
    t.equal(opened.checker.health().seq, 1)
    service.answers.feed = feed
    release()
    await until('it is followed', () => service.count('feed') >= 3 && opened.checker.health().fresh)
    t.equal(await opened.check(token), 'revoked')
    t.equal(opened.checker.health().counters['snapshots'], 2)
  })
}

t.test('a snapshot that is behind what is known takes over only once it has caught up', async t => {
  const { service, opened, token } = await openWithRevoked(t)
  const { feed } = service.answers
  service.answers.snapshot = response => void response.writeHead(200).end(snapshotOf([]))
  service.answers.feed = response => void (service.count('snapshot') === 1
    ? response.writeHead(410, { 'content-type': 'application/json' }).end('{}')
    : response.writeHead(200).flushHeaders())
  service.cut()
  await until('the old snapshot is loaded', () => opened.checker.health().counters['snapshots'] === 2)
  for (let round = 0; round < 20; round++) t.equal(await opened.check(token), 'revoked')
  service.answers.feed = feed
  service.cut()
  await until('the new view serves', () => opened.checker.health().counters['batches'] === 2)
  t.equal(await opened.check(token), 'revoked')
})

t.test('what was refused is refused until an instance that lags behind has proved that it knows it', async t => {
  const { service, opened, token } = await openWithRevoked(t)
  const heartbeat = (confirmed: number) => `event: heartbeat\nid: ${service.point(0)}\ndata: {"seq":0,"confirmed":${confirmed},"sent":0}\n\n`
  let tell = (_text: string): void => undefined
  service.answers.snapshot = response => void response.writeHead(200).end(snapshotOf([]))
  service.answers.feed = (response, request) => {
    if (request.url!.includes('after=1.')) return sendJson(response, { error: 'snapshot_required' }, 410)
    response.writeHead(200).write(heartbeat(-10_000))
    tell = text => void response.write(text)
  }
  const confirmations = () => opened.checker.health().counters['confirmations']!
  service.cut()
  await until('the old snapshot is loaded', () => opened.checker.health().counters['snapshots'] === 2)
  const before = confirmations()
  tell(heartbeat(-9000))
  await until('its heartbeats are taken', () => confirmations() > before)
  t.equal(await opened.check(token), 'revoked', 'they are honest, and prove too little')
  t.match(opened.checker.health(), { seq: 1, fresh: true })
  // As after a restore of the journal: what is revoked no more is refused no more, once that is proved.
  tell(heartbeat(0))
  await until('the new view serves', () => opened.checker.health().seq === 0)
  t.equal(await opened.check(token), 'good')
})

const bad: Record<string, (response: Parameters<ScriptedService['answers']['snapshot']>[0]) => void> = {
  'is cut short': response => void response.writeHead(200).end(snapshotOf([sessionRecord(newId())]).subarray(0, 40)),
  'is of another version': response => void response.writeHead(200).end(snapshotOf([]).fill(2, 4, 5)),
  'breaks off': response => {
    response.writeHead(200, { 'content-length': '1000' }).write('CSRV')
    response.socket!.end()
  },
  'is refused': response => void response.writeHead(503, { 'retry-after': '0' }).end()
}
for (const [how, answer] of Object.entries(bad)) {
  t.test(`a snapshot that ${how} is taken again`, async t => {
    const service = await startScriptedService(t)
    const good = service.answers.snapshot
    service.answers.snapshot = (response, ...rest) => service.count('snapshot') < 3 ? answer(response) : good(response, ...rest)
    const opened = openFeed(t, service)
    await opened.untilFresh()
    t.equal(service.count('snapshot'), 3)
    t.equal(opened.checker.health().counters['failures'], 2)
  })
}

t.test('a stream that talks nonsense, or without an end, is left', async t => {
  const service = await startScriptedService(t)
  const good = service.answers.feed
  const nonsense = [
    'event: heartbeat\ndata: {"seq":"x"}\n\n', 'event: jwks\ndata: {"keys":3}\n\n', 'event: revocations\nid: 5\ndata: {"after":0,"seq":5,"entries":""}\n\n',
    `event: revocations\nid: ${service.point(1)}\ndata: {"after":0,"seq":1,"entries":"AAAA"}\n\n`, 'event: heartbeat\ndata: {\n\n',
    `data: ${'x'.repeat(5 * 1024 * 1024)}`
  ]
  service.answers.feed = (response, ...rest) => {
    const text = nonsense[service.count('feed') - 1]
    if (text === undefined) good(response, ...rest)
    else response.writeHead(200).write(text)
  }
  const opened = openFeed(t, service, { transport: 'stream' })
  await opened.untilFresh()
  t.equal(service.count('feed'), nonsense.length + 1)
  t.equal(opened.checker.health().entries, 0)
})

t.test('a silent stream is left after five seconds', async t => {
  const service = await startScriptedService(t)
  const good = service.answers.feed
  service.answers.feed = (response, ...rest) => {
    if (service.count('feed') > 1) good(response, ...rest)
    else response.writeHead(200).write(': only a comment\n\n')
  }
  const startedAt = performance.now()
  const opened = openFeed(t, service)
  await opened.untilFresh()
  t.ok(performance.now() - startedAt >= 4900)
})

t.test('events that are held back make no view fresher than it is', async t => {
  const service = await startScriptedService(t)
  service.hold = 600
  const opened = openFeed(t, service, { maxStaleness: 2 })
  await opened.untilFresh()
  const token = tokenOf()
  // The truth, which the verifier cannot see: from here on it is revoked.
  service.hold = 4000
  service.revoke(sessionRecord(token.claims.sid!))
  const revokedAt = performance.now()
  let late = 0
  await until('it is known', async () => {
    const state = await opened.check(token)
    const since = performance.now() - revokedAt
    if (state === 'good') late = Math.max(late, since)
    return state === 'revoked'
  })
  t.ok(late > 0, 'it was accepted for a moment')
  t.ok(late <= 2010, `and never later than the bound: ${Math.round(late)} ms`)
  t.ok(performance.now() - revokedAt > 3500)
})

for (const confirmed of [3000, 800]) t.test(`a heartbeat, confirmed at ${confirmed}, that was sent in our future proves nothing: our clock has stood still`, async t => {
  const service = await startScriptedService(t)
  const openStream = service.answers.feed
  let wasFresh: boolean | undefined
  service.answers.feed = response => {
    service.answers.feed = (...request) => {
      wasFresh ??= opened.checker.health().fresh
      openStream(...request)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: heartbeat\nid: ${service.point()}\ndata: {"seq":0,"confirmed":${confirmed},"sent":3000}\n\n`)
  }
  const startedAt = performance.now()
  const opened = openFeed(t, service)
  await until('there is another stream', () => service.count('feed') === 2)
  t.ok(performance.now() - startedAt < 3000, 'at once')
  t.equal(wasFresh, false)
  await opened.untilFresh()
})

t.test('where streams are held back, polling takes over', async t => {
  const service = await startScriptedService(t)
  // A proxy that hands on nothing before the answer is whole.
  service.answers.feed = response => {
    response.writeHead(200).flushHeaders()
    response.socket!.end()
  }
  const opened = openFeed(t, service)
  await opened.untilFresh()
  t.equal(service.count('feed'), 2)
  const token = tokenOf()
  service.revoke(sessionRecord(token.claims.sid!))
  await until('it is known', async () => await opened.check(token) === 'revoked')
  t.ok(opened.checker.health().counters['polls']! >= 2)
  t.match(service.asked.find(({ what }) => what === 'poll')!.path, /&wait=2&/)
  t.equal(opened.checker.health().counters['keyChanges'], 1, 'the same keys again are no news')
})

t.test('by long polling alone: gaps, 410 and restored journals are noticed, too', async t => {
  const service = await startScriptedService(t)
  const opened = openFeed(t, service, { transport: 'poll', maxStaleness: 2 })
  await opened.untilFresh()
  const { poll } = service.answers
  const jwks = { keys: [], removed: [] }
  const wrong = [
    { after: 3, seq: 4, point: service.point(4), head: 4, entries: '', confirmed: 0, jwks },
    { after: 0, seq: 0, point: service.point(0), head: -1, entries: '', confirmed: 0, jwks }
  ]
  for (const answer of wrong) {
    const before = service.count('snapshot')
    service.answers.poll = response => sendJson(response, answer)
    await until('it is asked again', () => opened.checker.health().counters['failures']! > 0 && service.count('poll') > 3)
    if (answer === wrong[0]) await until('a snapshot is taken', () => service.count('snapshot') > before)
    service.answers.poll = poll
    await opened.untilFresh()
  }
  const before = service.count('snapshot')
  service.answers.poll = (response, ...rest) =>
    service.count('snapshot') === before ? sendJson(response, { error: 'snapshot_required' }, 410) : poll(response, ...rest)
  await until('a snapshot is taken', () => service.count('snapshot') > before)
  await opened.untilFresh()
  t.equal(service.count('feed'), 0)
})

t.test('K128: keys that the service tells are passed on at once, with those that were removed', async t => {
  const service = await startScriptedService(t)
  const opened = openFeed(t, service)
  await opened.untilFresh()
  t.strictSame(opened.keyNews, [{ keys: [{ kty: 'RSA', kid: 'one' }], removed: [] }])
  service.setKeys([{ kty: 'RSA', kid: 'two' }], ['one'])
  await until('it is told', () => opened.keyNews.length === 2)
  t.strictSame(opened.keyNews[1], { keys: [{ kty: 'RSA', kid: 'two' }], removed: ['one'] })
})

t.test('what has been applied is acknowledged, once for what came together, and a goodbye is said', async t => {
  const service = await startScriptedService(t)
  const opened = openFeed(t, service, { instance: 'pod-7', maxStaleness: 3 })
  await opened.untilFresh()
  const acks = () => service.asked.filter(({ what }) => what === 'ack')
  await until('it is acknowledged', () => acks().length === 1)
  for (let round = 0; round < 10; round++) service.revoke(sessionRecord(newId()))
  await until('it is acknowledged', () => acks().some(({ body }) => body.includes(service.point(10))))
  t.ok(acks().length <= 3, `${acks().length} acknowledgements`)
  t.strictSame(JSON.parse(acks().at(-1)!.body), {
    instance: 'pod-7', point: service.point(10), kids: ['one'], max_staleness: 3, when_stale: 'reject'
  })
  await opened.checker.close()
  t.match(acks().at(-1), { method: 'DELETE', path: '/revocations/ack?instance=pod-7' })
})

t.test('acknowledgements that fail disturb nothing, and one that says the journal is another brings a snapshot', async t => {
  const service = await startScriptedService(t)
  service.answers.ack = response => void response.destroy()
  const opened = openFeed(t, service)
  await opened.untilFresh()
  await until('one has failed', () => opened.checker.health().counters['ackFailures'] === 1)
  t.equal(await opened.check(tokenOf()), 'good')
  service.answers.ack = response => sendJson(response, { error: 'snapshot_required' }, 410)
  service.revoke(sessionRecord(newId()))
  await until('a snapshot is taken', () => service.count('snapshot') === 2)
  t.equal(await opened.check(tokenOf()), 'good')
})

t.test('after it was closed nothing is asked any more', async t => {
  const service = await startScriptedService(t)
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const opened = openFeed(t, service)
  await opened.untilFresh()
  t.ok(timers() > before)
  await opened.checker.close()
  const count = service.asked.length
  service.cut()
  await until('nothing is left that could ask later', () => timers() <= before)
  t.equal(service.asked.length, count)
})
