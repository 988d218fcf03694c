import path from 'node:path'
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { createDatabase, sharedDatabaseUrl } from '../support/database.ts'
import { startInstance } from '../support/instance.ts'
import { startRedis } from '../support/redis.ts'
import { secret } from '../support/secrets.ts'
import { until } from '../support/until.ts'
import { runProcess } from './run-process.ts'

const ports = { PORT: '0', ADMIN_PORT: '0' }
const skip = sharedDatabaseUrl === undefined ? 'TEST_DATABASE_URL is not set' : false

t.test('on PostgreSQL and Redis a command works with the service stopped, running, and Redis away', { skip }, async t => {
  const database = await createDatabase(sharedDatabaseUrl!)
  t.teardown(() => database.drop())
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const keysDir = t.testdir()
  const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, KEYS_DIR: keysDir, ISSUER: 'https://id.example.com', ...ports }

  t.match(await runProcess(['users', 'list'], environment), { code: 1, out: '', err: /no master key at .*openssl rand/ })
  writeFileSync(path.join(keysDir, 'master.key'), `${Buffer.alloc(32, 9).toString('base64')}\n`, { mode: 0o600 })
  t.match(await runProcess(['users', 'list'], environment), { code: 1, out: '', err: /countersign migrate/ })
  t.match(await runProcess(['doctor'], environment), { code: 1, out: /FAIL {2}migrations/ })
  t.match(await runProcess(['migrate'], environment), { code: 0, out: /^Applied \d+ migration/, err: '' })
  t.match(await runProcess(['migrate'], environment), { code: 0, out: 'The database is up to date.\n' })

  const made = await runProcess(
    ['clients', 'create', '--id', 'orders', '--grants', 'client_credentials', '--scopes', 'revocations:read', '--json'], environment)
  t.match(made, { code: 0, err: '' })
  const { client_secret: clientSecret } = JSON.parse(made.out) as { client_secret: string }
  const authorization = `Basic ${Buffer.from(`orders:${secret(clientSecret)}`).toString('base64')}`

  const instance = await startInstance(environment)
  t.teardown(() => instance.kill())
  const issue = async () => (await fetch(`${instance.url}/oauth/token`, {
    method: 'POST', headers: { authorization }, body: new URLSearchParams({ grant_type: 'client_credentials' })
  })).json() as Promise<{ access_token: string; scope: string }>
  const isActive = async (token: string) => {
    const answer = await fetch(`${instance.url}/oauth/introspect`, {
      method: 'POST', headers: { authorization }, body: new URLSearchParams({ token })
    })
    return (await answer.json() as { active: boolean }).active
  }
  const token = secret((await issue()).access_token)
  t.equal(await isActive(token), true)
  t.match(await runProcess(['revoke', '--token', token, '--reason', 'drill'], environment), { code: 0, err: '' })
  t.equal(await isActive(token), false, 'the running instance knows when the command returns')

  const update = async (...args: string[]) => runProcess(['clients', 'update', 'orders', ...args], environment)
  t.match(await update('--scopes', 'revocations:read revocations:write', '--name', 'The orders'), { code: 0, out: 'Changed the client orders.\n', err: '' })
  await until('the running instance gives the new scope', async () => /:write$/.test((await issue()).scope), 2000)
  t.match(await update('--grants', 'password'), { code: 1, out: '', err: /The grant types are/ })

  t.match(await runProcess(['doctor'], environment), { code: 0, out: /synchronous_commit is on[^]+Redis 7[^]+Nothing is wrong/ })
  await redis.kill()
  t.match(await runProcess(['doctor'], environment), { code: 1, out: /FAIL {2}redis/ })
  t.match(await runProcess(['clients', 'list'], environment), { code: 0, out: /orders/ })
  t.match(await runProcess(['revoke', '--client', 'orders', '--reason', 'drill'], environment), { code: 0, out: /^Revoked: client orders/ })
})

t.test('a database that is away is told with the way to find out why', async t => {
  const keysDir = t.testdir({ 'master.key': `${Buffer.alloc(32, 9).toString('base64')}\n` })
  const environment = {
    DATABASE_URL: 'postgresql://user:hidden-password@127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1', KEYS_DIR: keysDir
  }
  const ended = await runProcess(['users', 'list'], environment)
  t.match(ended, { code: 1, out: '', err: /database\/unreachable.*countersign doctor/ })
  t.notMatch(ended.err + ended.out, /hidden-password/)
})
