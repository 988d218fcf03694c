import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const script = path.resolve(import.meta.dirname, '../../scripts/demo.mjs')

t.test('the demonstration walks from sign-in to the refusal after sign-out', { timeout: 110_000 }, async t => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 100_000 })
  const steps = stdout.split('\n').filter(line => /\d ms$/.test(line))
  t.equal(steps.length, 9, 'two starts and seven steps, each with its time')
  const statuses = steps.flatMap(line => / (\d{3}) +[\d.]+ ms$/.exec(line)?.[1] ?? [])
  t.strictSame(statuses, ['200', '200', '200', '200', '200', '401', '401'])
  t.notMatch(stdout, /password|cs_secret_|csrt_|eyJ/i, 'and shows no secret')
})
