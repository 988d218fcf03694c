import t from 'tap'
import { isReady, type Instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import { call, me, openSlowly, serviceToken } from './caller.ts'
import { setStage, skip } from './stage.ts'

/** Asked to end, an instance loses no request, and waits for none for ever. */

const isListening = ({ url }: Instance): Promise<boolean> => fetch(`${url}/healthz`).then(() => true, () => false)

t.test('asked to end', { skip }, async t => {
  const stage = await setStage(t)

  await t.test('it is not ready first, finishes what is under way, and exits with 0', async t => {
    const instance = await stage.start({ SHUTDOWN_DELAY: '2' })
    const { email, password } = await stage.addUser()
    const slow = await openSlowly(instance, '/api/auth/login', { email, password, refreshTokenIn: 'body' })
    instance.terminate()
    await until('it says that it is not ready', async () => !await isReady(instance))
    t.equal((await call(instance, '/healthz')).status, 200)
    t.ok(await serviceToken(instance, stage.client), 'it still serves those who have not noticed')
    await until('it takes no new connection', async () => !await isListening(instance))
    const answer = await slow.finish()
    t.equal(answer.status, 200)
    const startedAt = performance.now()
    t.equal(await instance.stop(), 0)
    t.ok(performance.now() - startedAt < 5000)
    t.match(instance.output(), /"msg":"stopped"/)
    const other = await stage.start()
    t.equal((await me(other, answer.body['accessToken'] as string)).status, 200, 'and the answer was a good one')
  })

  await t.test('it does not wait for ever for a request that never ends', async t => {
    const instance = await stage.start()
    const { email, password } = await stage.addUser()
    const slow = await openSlowly(instance, '/api/auth/login', { email, password })
    const startedAt = performance.now()
    t.equal(await instance.stop(), 0)
    t.ok(performance.now() - startedAt < 15_000)
    await t.rejects(slow.finish())
  })
})
