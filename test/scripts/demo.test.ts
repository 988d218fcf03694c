import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const script = path.resolve(import.meta.dirname, '../../scripts/demo.mjs')

const statuses = ['201', '200', '200', '200', '200', '200', '401', '401', '200', '200']
const good = ['200 good', '200 good', '200 good']
const blind = ['503 asked in vain', '503 asked nobody', '200 unchecked']
const revoked = ['401 revoked', '401 revoked', '401 revoked']

// Both spend most of their time waiting for views to grow old: together they take as long as one.
t.jobs = 2
// Spread into each: tap writes into the object that it is given.
const options = { timeout: 170_000, buffered: true }

t.test('the demonstration walks from sign-in to the refusal after sign-out, and through three outages', { ...options }, async t => {
  const stdout = await runDemo({})
  t.match(stdout, /start another instance/)
  t.ok(timeOf(stdout, 'call it until it refuses') < 1000, 'within a second')
  t.match(stdout, /\(0 lookups\)/, 'nobody was asked')
  t.strictSame(stepsOf(stdout), statuses)
  t.strictSame(rowsOf(stdout), [
    ['everything runs', good],
    ['Redis killed', good], ['a token signed out', revoked], ['Redis back', good],
    ['PostgreSQL killed', good], ['later', blind], ['PostgreSQL back', good],
    ['both instances killed', good], ['later', blind], ['both instances back', good]
  ])
  t.notMatch(stdout, /password|cs_secret_|csrt_|eyJ/i, 'and shows no secret')
})

t.test('without database programs it says what is left out, and leaves a configured database alone', { ...options }, async t => {
  const PATH = path.join(t.testdir(), 'bin')
  mkdirSync(PATH)
  const stdout = await runDemo({ PATH, DATABASE_URL: 'postgresql://user@127.0.0.1:1/theirs' })
  t.match(stdout, /^DATABASE_URL will not be used/)
  t.match(stdout, /Left out: Redis and PostgreSQL going away\.[^]+redis-server (is|are) not installed/)
  t.strictSame(stepsOf(stdout), statuses)
  t.strictSame(rowsOf(stdout), [
    ['everything runs', good], ['Countersign killed', good], ['later', blind], ['Countersign back', good]
  ])
})

async function runDemo(environment: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 160_000, env: { ...process.env, ...environment } })
  return stdout
}

/** The status of each step that was a request. */
function stepsOf(stdout: string): string[] {
  return stdout.split('\n').flatMap(line => / (\d{3}) +[\d.]+ ms$/.exec(line)?.[1] ?? [])
}

/** The table: what happened, without the times, and what each policy answered. */
function rowsOf(stdout: string): [string, string[]][] {
  const lines = stdout.split('\n').filter(line => line.endsWith('401 from all'))
  return lines.map(line => {
    const [title, , ...answers] = line.trim().split(/ {2,}/)
    return [title!.replace(/,? ?[\d.]+ m?s( ago| later)?/, found => title!.startsWith(found) ? 'later' : ''), answers.slice(0, 3)]
  })
}

function timeOf(stdout: string, step: string): number {
  return Number(new RegExp(`^${step}.* ([\\d.]+) ms$`, 'm').exec(stdout)?.[1])
}
