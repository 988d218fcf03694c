import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const script = path.resolve(import.meta.dirname, '../../scripts/demo.mjs')

t.test('the demonstration walks from sign-in to the refusal after sign-out', { timeout: 110_000 }, async t => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 100_000 })
  const steps = stdout.split('\n').filter(line => /\d ms$/.test(line))
  const isTwo = /start another instance/.test(stdout)
  t.equal(steps.length, isTwo ? 12 : 11, 'the starts and eight steps, each with its time')
  const statuses = steps.flatMap(line => / (\d{3}) +[\d.]+ ms$/.exec(line)?.[1] ?? [])
  t.strictSame(statuses, ['201', '200', '200', '200', '200', '200', '401', '401'])
  t.match(stdout, /\(0 lookups\)/, 'nobody was asked')
  t.ok(timeOf(stdout, 'call it until it refuses') < 1000, 'within a second')
  t.notMatch(stdout, /password|cs_secret_|csrt_|eyJ/i, 'and shows no secret')
})

function timeOf(stdout: string, step: string): number {
  return Number(new RegExp(`^${step}.* ([\\d.]+) ms$`, 'm').exec(stdout)?.[1])
}
