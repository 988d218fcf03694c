import t from 'tap'
import { renderPoint } from '../../src/protocol/revocation-point.ts'
import type { ReachDescription } from '../../src/admin/reach-description.ts'
import { times } from '../contract/sample.ts'
import { clientToken, createClient } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, signInAnew } from '../support/users.ts'

onEachStore(t, async (t, { app, service }) => {
  const client = await createClient(service, { scopes: ['revocations:read'] })
  const token = await clientToken(app, client)
  const writer = await createClient(service, { scopes: ['revocations:write'] })
  const writerToken = await clientToken(app, writer)
  const headPoint = async () => renderPoint(await service.stores.journal.head())
  const acknowledge = (body: object, by = token) => callApi(app, 'POST /revocations/ack', { body, token: by })
  const leave = (query: string, by = token) => callApi(app, `DELETE /revocations/ack${query}`, { token: by })
  const reachOf = async (seq: number | string, by = token) => callApi(app, `GET /revocations/${seq}/reach`, { token: by })
  const revoke = async () => {
    const user = await signInAnew(app, service)
    const answer = await callApi(app, 'POST /revocations', { body: { target: 'user', value: user.id, reason: 'drill' }, token: writerToken })
    return answer.json<{ seq: number }>().seq
  }

  t.test('a revocation lags until every verifier has acknowledged it, and is effective since the last', async t => {
    for (const instance of ['a', 'b']) t.equal((await acknowledge({ instance, point: await headPoint() })).statusCode, 204)
    const before = (await service.stores.journal.head()).seq
    const seq = await revoke()
    t.match((await reachOf(seq)).json(), {
      seq, revoked_at: /^\d{4}-.*Z$/, verifiers: 2, effective: 0,
      lagging: [
        { client_id: client.id, instance: 'a', seq: before, behind: seq - before, acknowledged_at: String }, { client_id: client.id, instance: 'b' }
      ]
    })
    t.notMatch((await reachOf(seq)).json(), { since: String })
    await acknowledge({ instance: 'a', point: await headPoint() })
    t.match((await reachOf(seq)).json(), { effective: 1, latency: { p50: Number, max: Number }, lagging: [{ instance: 'b' }] })
    await acknowledge({ instance: 'b', point: await headPoint() })
    const reach = (await reachOf(seq)).json<ReachDescription>()
    t.match(reach, { verifiers: 2, effective: 2, lagging: [] })
    t.equal(Date.parse(reach.since!) - Date.parse(reach.revoked_at), reach.latency!.max)
    for (const instance of ['a', 'b']) t.equal((await leave(`?instance=${instance}`)).statusCode, 204)
    t.match((await reachOf(seq)).json(), { verifiers: 0, effective: 0, since: reach.revoked_at, lagging: [] })
    t.equal((await leave('?instance=a')).statusCode, 204, 'saying goodbye twice is harmless')
  })

  t.test('a silent verifier lags under accept, and under reject says until when', async t => {
    await acknowledge({ instance: 'accepts', point: await headPoint(), max_staleness: 2.5, when_stale: 'accept' })
    await acknowledge({ instance: 'rejects', point: await headPoint(), max_staleness: 2.5, when_stale: 'reject' })
    const { lagging, revoked_at: revokedAt } = (await reachOf(await revoke())).json<ReachDescription>()
    t.notOk(lagging[0]!.effective_at)
    t.equal(Date.parse(lagging[1]!.effective_at!) - Date.parse(revokedAt), 7500)
    for (const instance of ['accepts', 'rejects']) await leave(`?instance=${instance}`)
  })

  t.test('a subscriber counts from the moment it appears', async t => {
    await service.rooms.subscribers.note(client.id, { instance: 'fresh', maxStaleness: undefined, whenStale: undefined })
    const seq = await revoke()
    t.strictSame((await reachOf(seq)).json<ReachDescription>().lagging, [{ client_id: client.id, instance: 'fresh' }])
    await leave('?instance=fresh')
  })

  t.test('names belong to clients: one cannot speak, or say goodbye, for another', async t => {
    const other = await clientToken(app, await createClient(service, { scopes: ['revocations:read'] }))
    await acknowledge({ instance: 'shared', point: await headPoint() })
    const seq = await revoke()
    await acknowledge({ instance: 'shared', point: await headPoint() }, other)
    t.match((await reachOf(seq)).json(), { verifiers: 2, effective: 1, lagging: [{ client_id: client.id }] })
    await leave('?instance=shared', other)
    t.match((await reachOf(seq)).json(), { verifiers: 1, effective: 0, lagging: [{ client_id: client.id }] })
    await leave('?instance=shared')
  })

  t.test('100 acknowledgements at once are all kept, those that come twice under one name too', async t => {
    const point = await headPoint()
    const answers = await times(100, place => acknowledge({ instance: `many-${place % 90}`, point, max_staleness: 5, when_stale: 'lookup' }))
    t.ok(answers.every(({ statusCode }) => statusCode === 204))
    t.equal((await service.stores.verifiers.look()).verifiers.filter(({ instance }) => instance.startsWith('many-')).length, 90)
    await times(90, place => leave(`?instance=many-${place}`))
  })

  t.test('a point of another journal is answered with: take a snapshot', async t => {
    const { seq, hash } = await service.stores.journal.head()
    const foreign = renderPoint({ seq, hash: Buffer.alloc(32, 1) })
    for (const point of [foreign, renderPoint({ seq: seq + 1, hash })]) {
      const answer = await acknowledge({ instance: 'a', point })
      t.match(answer.json(), { error: 'snapshot_required', error_description: /take a snapshot/ })
      t.equal(answer.statusCode, 410)
    }
    t.strictSame((await service.stores.verifiers.look()).verifiers, [])
  })

  t.test('what is malformed is refused with a sentence that says what is right', async t => {
    const point = await headPoint()
    const cases: Array<[object, RegExp]> = [
      [{}, /instance is missing/], [{ instance: 'a' }, /point is missing/], [{ instance: 'a b', point }, /1 to 100 characters/],
      [{ instance: '', point }, /1 to 100/], [{ instance: 'x'.repeat(101), point }, /1 to 100/], [{ instance: 7, point }, /member instance/],
      [{ instance: 'a', point: '12' }, /full stop and 16/], [{ instance: 'a', point: '01.AAAAAAAAAAAAAAAA' }, /full stop/],
      [{ instance: 'a', point, kids: 'k' }, /member kids/], [{ instance: 'a', point, kids: ['a b'] }, /kids are at most/],
      [{ instance: 'a', point, kids: Array.from({ length: 101 }, () => 'k') }, /at most 100/], [{ instance: 'a', point, max_staleness: -1 }, /0 to 86400/],
      [{ instance: 'a', point, max_staleness: '5' }, /member max_staleness/], [{ instance: 'a', point, when_stale: 'perhaps' }, /member when_stale/]
    ]
    for (const [body, sentence] of cases) {
      const answer = await acknowledge(body)
      t.equal(answer.statusCode, 400, JSON.stringify(body).slice(0, 60))
      t.match(answer.json<{ error_description: string }>().error_description, sentence)
    }
    t.equal((await leave('')).statusCode, 400)
    t.match((await leave('?instance=a%20b')).json(), { error_description: /1 to 100 characters/ })
    t.strictSame((await service.stores.verifiers.look()).verifiers, [])
  })

  t.test('a sequence that no living revocation has is not found', async t => {
    const { seq } = await service.stores.journal.head()
    for (const wrong of [seq + 1, 0, '01', 'x', '9'.repeat(20), `${seq}x`]) t.equal((await reachOf(wrong)).statusCode, 404, String(wrong))
    t.equal((await reachOf(seq)).statusCode, 200)
  })

  t.test('it takes the scope, and a token', async t => {
    const point = await headPoint()
    for (const by of [writerToken, '']) {
      const request = by === '' ? {} : { token: by }
      const status = by === '' ? 401 : 403
      t.equal((await callApi(app, 'POST /revocations/ack', { body: { instance: 'a', point }, ...request })).statusCode, status)
      t.equal((await callApi(app, 'DELETE /revocations/ack?instance=a', request)).statusCode, status)
      t.equal((await callApi(app, 'GET /revocations/1/reach', request)).statusCode, status)
    }
  })

  t.test('the question about one token is still answered beside it', async t => {
    t.match((await callApi(app, 'GET /revocations/reach', { token })).json(), { revoked: true, target: 'invalid' })
  })
})
