import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { clientToken, createClient } from '../support/clients.ts'
import { openFeed, type FeedStream } from '../support/feed-stream.ts'
import { decodeRecords, decodeSnapshot } from '../support/feed-table.ts'
import { onEachStore } from '../support/service.ts'
import { until } from '../support/until.ts'
import { callApi, signInAnew } from '../support/users.ts'

interface Polled {
  after: number
  seq: number
  point: string
  head: number
  entries: string
  confirmed: number
  jwks: { keys: object[]; removed: string[] }
}

const hex = (kind: string, value: string): string => keyOfValue(kind, value).toString('hex')

onEachStore(t, async (t, { app, service }) => {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = await createClient(service, { scopes: ['revocations:read', 'revocations:write'] })
  const token = await clientToken(app, client)
  const headers = { authorization: `Bearer ${token}` }
  const act = { reason: 'test', actor: 'test' }
  const revokeSession = async (): Promise<string> => {
    const user = await signInAnew(app, service)
    await service.rooms.revoker.revoke('session', user.sessionId, act)
    return user.sessionId
  }
  const poll = async (query: string): Promise<Polled> =>
    (await app.inject({ url: `/revocations?${query}`, headers })).json<Polled>()
  const follow = async (query: string, more: Record<string, string> = {}, bearer = token): Promise<FeedStream> => {
    const stream = await openFeed({ url, bearer, query, headers: more })
    t.teardown(() => stream.close())
    return stream
  }
  await revokeSession()

  t.test('the snapshot holds every live revocation and the point it stands for, in both encodings', async t => {
    const sessionId = await revokeSession()
    const answer = await app.inject({ url: '/revocations/snapshot', headers })
    t.match(answer.headers, {
      'content-type': 'application/vnd.countersign.revocations', 'vary': 'accept-encoding', 'cache-control': 'private, no-cache', 'etag': /^"\S+"$/
    })
    t.equal(answer.headers['content-encoding'], undefined)
    const snapshot = decodeSnapshot(answer.rawPayload)
    t.equal(snapshot.point, (await poll('after=0&wait=0')).point)
    t.ok(snapshot.records.some(record => record.key === hex('session', sessionId)))
    const packed = await app.inject({ url: '/revocations/snapshot', headers: { ...headers, 'accept-encoding': 'gzip' } })
    t.equal(packed.headers['content-encoding'], 'gzip')
    t.ok(gunzipSync(packed.rawPayload).equals(answer.rawPayload))
    t.not(packed.headers.etag, answer.headers.etag, 'other bytes have another tag')
    const held = [answer, packed].map(({ headers: { etag } }) => String(etag)) as [string, string]
    for (const [tags, encoding] of [[held[0], 'identity'], [held[1], 'gzip'], [`W/${held[0]}`, 'identity'], [held.join(', '), 'gzip']] as const) {
      const again = await app.inject({
        url: '/revocations/snapshot', headers: { ...headers, 'if-none-match': tags, 'accept-encoding': encoding }
      })
      t.equal(again.statusCode, 304)
      t.equal(again.body, '')
    }
    const changed = await app.inject({ url: '/revocations/snapshot', headers: { ...headers, 'if-none-match': held[1] } })
    t.equal(changed.statusCode, 200, 'the tag of the other encoding is another\'s')
  })

  t.test('a snapshot of a moment ago is served again, and the feed goes on from its point', async t => {
    const before = await app.inject({ url: '/revocations/snapshot', headers })
    const sessionId = await revokeSession()
    const after = await app.inject({ url: '/revocations/snapshot', headers })
    t.equal(after.headers.etag, before.headers.etag)
    const stream = await follow(`after=${decodeSnapshot(after.rawPayload).point}`)
    await stream.next('heartbeat')
    t.ok(stream.records().some(record => record.key === hex('session', sessionId)))
  })

  t.test('the feed tells of the keys, of what was missed, of the head, and of what is revoked from then on', async t => {
    const { point } = await poll('after=0&wait=0')
    const missed = await revokeSession()
    const stream = await follow(`after=${point}&instance=orders-1&max_staleness=5&when_stale=lookup`)
    t.equal(stream.status, 200)
    t.match(stream.headers, {
      'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff'
    })
    await stream.next('heartbeat')
    // A busy machine may bring the next heartbeat along.
    t.same(stream.events.slice(0, 3).map(({ name }) => name), ['jwks', 'revocations', 'heartbeat'])
    t.same(stream.events[0]!.data, { ...(await app.inject('/.well-known/jwks.json')).json<object>(), removed: [] })
    const { seq, confirmed, sent } = stream.events[2]!.data as Record<string, number>
    t.equal(seq, service.list.head()!.seq)
    t.ok(confirmed! <= sent! && sent! >= 0)
    const own = await revokeSession()
    await stream.next('revocations')
    t.same(stream.records().map(({ key }) => key), [missed, own].map(value => hex('session', value)))
    const next = await stream.next('heartbeat')
    t.equal(next.id, stream.point())
    const resumed = await follow('after=0', { 'last-event-id': point })
    await resumed.next('heartbeat')
    t.same(resumed.records(), stream.records(), 'the header goes before the parameter')
  })

  t.test('the feed ends when its token is revoked, and takes that token no more', async t => {
    const reader = await createClient(service, { scopes: ['revocations:read'] })
    const bearer = await clientToken(app, reader)
    const stream = await follow('after=0', {}, bearer)
    await stream.next('heartbeat')
    await service.rooms.revoker.revoke('client', reader.id, act)
    t.same((await stream.next('end')).data, { reason: 'token-revoked' })
    await until('the connection is closed', () => stream.hasEnded())
    t.equal((await follow('after=0', {}, bearer)).status, 401)
  })

  t.test('long polling answers at once where there is something, and otherwise when there is', async t => {
    const { point, head } = await poll('after=0&wait=30')
    t.match(await poll(`after=${point}&wait=0`), { after: head, seq: head, point, head, entries: '', confirmed: Number, jwks: { removed: [] } })
    const waiting = poll(`after=${point}&wait=30&instance=orders-2`)
    await until('it waits', () => service.rooms.feed.poll.waiting() === 1)
    const sessionId = await revokeSession()
    const answer = await waiting
    t.match(answer, { after: head, seq: head + 1, head: head + 1 })
    t.same(decodeRecords(Buffer.from(answer.entries, 'base64url')).map(({ key }) => key), [hex('session', sessionId)])
    t.equal(answer.jwks.keys.length, 2)
  })

  t.test('parameters that are wrong are refused with a sentence', async t => {
    for (const [query, word] of [
      ['', 'after'], ['after=', 'after'], ['after=x', 'after'], ['after=1.x', 'after'], ['after=1&after=2', 'after'], ['after=-1', 'after'],
      ['after=0&instance=', 'instance'], ['after=0&instance=a%20b', 'instance'], [`after=0&instance=${'x'.repeat(101)}`, 'instance'],
      ['after=0&max_staleness=x', 'max_staleness'], ['after=0&max_staleness=-1', 'max_staleness'], ['after=0&when_stale=never', 'when_stale']
    ] as const) {
      for (const path of ['/revocations/feed', '/revocations']) {
        const answer = await app.inject({ url: `${path}?${query}`, headers })
        t.equal(answer.statusCode, 400, `${path}?${query}`)
        t.match(answer.json<{ error_description: string }>().error_description, new RegExp(`The parameter ${word}`))
      }
    }
    for (const wait of ['31', '-1', 'x', '1.5', '']) {
      t.equal((await app.inject({ url: `/revocations?after=0&wait=${wait}`, headers })).statusCode, 400, wait)
    }
  })

  t.test('a point of another journal, or of the future, asks for a snapshot', async t => {
    for (const point of [`1.${randomBytes(12).toString('base64url')}`, `999999.${randomBytes(12).toString('base64url')}`, '999999']) {
      for (const path of ['/revocations/feed', '/revocations']) {
        const answer = await app.inject({ url: `${path}?after=${point}`, headers })
        t.equal(answer.statusCode, 410)
        t.match(answer.json(), { error: 'snapshot_required' })
      }
    }
  })

  t.test('nobody follows without a token, or with another scope', async t => {
    const stranger = await clientToken(app, await createClient(service, { scopes: ['revocations:write'] }))
    for (const path of ['/revocations/snapshot', '/revocations/feed?after=0', '/revocations?after=0&wait=0']) {
      t.equal((await app.inject(path)).statusCode, 401)
      t.equal((await callApi(app, `GET ${path}`, { token: stranger })).statusCode, 403)
      const head = await app.inject({ method: 'HEAD', url: path, headers })
      t.equal(head.statusCode, 200)
      t.equal(head.body, '')
    }
    t.equal((await callApi(app, 'POST /revocations/feed', { token, body: {} })).statusCode, 405)
  })

  t.test('a question whose asker has gone takes no room any more', async t => {
    const { point } = await poll('after=0&wait=0')
    const { feed } = service.rooms
    const gone = new AbortController()
    const asked = Array.from({ length: 20 }, () => fetch(`${url}/revocations?after=${point}&wait=30`, { headers, signal: gone.signal }))
    await until('all wait', () => feed.poll.waiting() === 20)
    gone.abort()
    for (const outcome of await Promise.allSettled(asked)) t.equal(outcome.status, 'rejected')
    await until('none waits', () => feed.poll.waiting() === 0)
  })

  t.test('a subscriber that names itself is noted', async t => {
    const noted: unknown[] = []
    const { subscribers } = service.rooms
    const { note } = subscribers
    t.teardown(() => { subscribers.note = note })
    subscribers.note = async (...args) => void noted.push(args)
    const point = (await poll('after=0&wait=0')).point
    await poll(`after=${point}&wait=0&instance=host:1&max_staleness=2.5&when_stale=reject`)
    await poll(`after=${point}&wait=0&max_staleness=2.5`)
    t.same(noted, [[client.id, { instance: 'host:1', maxStaleness: 2.5, whenStale: 'reject' }]])
  })
})
