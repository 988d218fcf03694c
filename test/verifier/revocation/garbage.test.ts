import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { until } from '../../support/until.ts'
import { client, openChecker, tokenOf } from './open-checker.ts'
import { startScriptedService } from './scripted-service.ts'

// Node's fetch and AbortSignal.any lose signals that nothing else holds: with everything collected at once that shows every time.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const collecting = setInterval(collect, 20)
t.teardown(() => clearInterval(collecting))

t.test('a silent stream is left also when garbage is collected meanwhile, and closing ends what is open', async t => {
  const service = await startScriptedService(t)
  service.answers.feed = response => void response.writeHead(200).write(': only a comment\n\n')
  const opened = openChecker(t, { issuer: service.url, options: { ...client, mode: 'feed' } })
  await until('there is another stream', () => service.count('feed') === 2)
  await opened.checker.close()
})

t.test('a lookup is given up when it is told, whatever the service hangs in', async t => {
  for (const hanging of ['token', 'lookup', 'body'] as const) {
    const service = await startScriptedService(t)
    service.answers[hanging === 'token' ? 'token' : 'lookup'] = response => {
      if (hanging === 'body') response.writeHead(200).write('{')
    }
    const opened = openChecker(t, { issuer: service.url, options: { ...client, mode: 'lookup', lookupTimeout: 0.5 } })
    const startedAt = performance.now()
    t.equal(await opened.check(tokenOf()), 'revocation_unavailable', hanging)
    t.ok(performance.now() - startedAt < 3000, 'in time')
  }
})
