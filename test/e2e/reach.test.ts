import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { ReachDescription } from '../../src/admin/reach-description.ts'
import { renderPoint } from '../../src/protocol/revocation-point.ts'
import { runProcess } from '../cli/run-process.ts'
import { times } from '../contract/sample.ts'
import { until } from '../support/until.ts'
import { call, serviceToken, signIn } from './caller.ts'
import { setStage, skip } from './stage.ts'

/** Where a revocation is effective, with two instances between a hundred verifiers. */

t.test('a hundred verifiers acknowledge at once at two instances, and each tells of them all', { skip }, async t => {
  const stage = await setStage(t)
  const instances = await stage.startTwo()
  const [one, other] = instances
  const tokens = [await serviceToken(one, stage.client), await serviceToken(other, stage.client)]
  const headPoint = async () => renderPoint(await stage.stores.journal.head())
  const acknowledge = (place: number, point: string, changes = {}) => call(instances[place % 2]!, '/revocations/ack', {
    bearer: tokens[place % 2]!, json: { instance: `orders-${place}`, point, kids: ['k'], max_staleness: 5, when_stale: 'accept', ...changes }
  })
  const reachAt = async (place: number, seq: number) =>
    (await call(instances[place]!, `/revocations/${seq}/reach`, { bearer: tokens[place]! })).body as unknown as ReachDescription
  const revoke = async () => {
    const user = await stage.addUser()
    await signIn(one, user)
    const answer = await call(one, '/revocations', { bearer: tokens[0]!, json: { target: 'user', value: user.id, reason: 'drill' } })
    return answer.body['seq'] as number
  }

  await t.test('every acknowledgement is kept, and the reach is the same at both', async t => {
    const before = await headPoint()
    t.strictSame([...new Set((await times(100, place => acknowledge(place, before))).map(({ status }) => status))], [204])
    const seq = await revoke()
    t.match(await reachAt(1, seq), { verifiers: 100, effective: 0 })
    const point = await headPoint()
    const answers = await times(99, place => acknowledge(place, point))
    t.strictSame([...new Set(answers.map(({ status }) => status))], [204])
    for (const place of [0, 1]) {
      t.match(await reachAt(place, seq), { verifiers: 100, effective: 99, lagging: [{ client_id: stage.client.id, instance: 'orders-99', behind: 1 }] })
    }
    await acknowledge(99, point)
    const [here, there] = [await reachAt(0, seq), await reachAt(1, seq)]
    t.match(here, { verifiers: 100, effective: 100, lagging: [], since: String })
    t.strictSame(there, here)
  })

  await t.test('many acknowledge the same name at once, and the highest sequence stays', async t => {
    const points: string[] = []
    const seqs: number[] = []
    for (let count = 0; count < 5; count++) {
      seqs.push(await revoke())
      points.push(await headPoint())
    }
    await times(100, place => acknowledge(place, points[place % 5]!, { instance: 'contended' }))
    const { verifiers } = await stage.stores.verifiers.look()
    t.equal(verifiers.find(({ instance }) => instance === 'contended')!.seq, seqs.at(-1))
  })

  await t.test('the command line waits for who lags, and gives up with a code of its own', async t => {
    const environment = { ...stage.environment, PORT: '0', ADMIN_PORT: '0' }
    for (let place = 0; place < 99; place++) await stage.stores.verifiers.forget({ clientId: stage.client.id, instance: `orders-${place}` })
    await stage.stores.verifiers.forget({ clientId: stage.client.id, instance: 'contended' })
    const user = await stage.addUser()
    const command = (id: string, timeout: string) => runProcess(['revoke', '--user', id, '--reason', 'drill', '--wait', '--timeout', timeout], environment)
    t.match(await command(user.id, '1'), { code: 3, out: /effective at 0 of 1 verifiers[^]+orders-99/, err: '' })
    const before = (await stage.stores.journal.head()).seq
    const waiting = command((await stage.addUser()).id, '30')
    await until('it is revoked', async () => (await stage.stores.journal.head()).seq > before, 30_000)
    await acknowledge(99, await headPoint())
    t.match(await waiting, { code: 0, out: /Effective at 1 of 1 verifiers since \S+, p99 \d+ ms\./ })
  })

  await t.test('of two instances that are to measure one revokes a token of its own', async t => {
    const before = await stage.stores.journal.head()
    await stage.startTwo({ REVOCATION_CANARY: 'on' })
    await until('a token was revoked', async () => (await stage.stores.journal.head()).seq > before.seq, 30_000)
    t.match(await stage.stores.journal.readAfter(before, 10), [{ target: 'token', reason: 'canary' }])
    t.equal(await stage.stores.state.beginCanary(30), false, 'the other one is told that it is not its turn')
  })

  await t.test('a restored journal answers with: take a snapshot', async t => {
    const { seq } = await stage.stores.journal.head()
    for (const place of [0, 1]) t.equal((await acknowledge(place, renderPoint({ seq, hash: randomBytes(32) }))).status, 410)
  })
})
