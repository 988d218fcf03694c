import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { client, openChecker } from './open-checker.ts'
import { startScriptedService } from './scripted-service.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

t.test('a quiet stream can be ended after the garbage was collected, too', { timeout: 10_000 }, async t => {
  const service = await startScriptedService(t)
  service.heartbeat = 60_000
  const { checker, untilFresh } = openChecker(t, { issuer: service.url, options: { mode: 'feed', ...client } })
  await untilFresh()
  for (let round = 0; round < 10; round++) {
    collectGarbage()
    await new Promise(resolve => { setTimeout(resolve, 20) })
  }
  const late = new Promise(resolve => { setTimeout(() => resolve('late'), 3000).unref() })
  t.equal(await Promise.race([checker.close().then(() => 'closed'), late]), 'closed')
})
