import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { launchInstance, isReady } from '../support/instance.ts'
import { secret } from '../support/secrets.ts'
import { until } from '../support/until.ts'
import { entry, runProcess } from './run-process.ts'

const folder = t.testdir()
const environment = { DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys') }
const ports = { PORT: '0', ADMIN_PORT: '0' }
const create = ['clients', 'create', '--grants', 'client_credentials', '--json']

t.test('with the service stopped a command works on the data folder itself', async t => {
  const made = await runProcess([...create, '--id', 'first'], { ...environment, ...ports })
  t.match(made, { code: 0, err: '' })
  const { client_id: id, client_secret: text } = JSON.parse(made.out) as Record<string, string>
  t.equal(id, 'first')
  secret(text!)
  const updated = await runProcess(['clients', 'update', 'first', '--name', 'The first', '--scopes', 'orders:read'], { ...environment, ...ports })
  t.match(updated, { code: 0, out: 'Changed the client first.\n', err: '' })
  t.match(await runProcess(['clients', 'show', 'first'], { ...environment, ...ports }), { code: 0, out: /client_name +The first\n[^]*scope +orders:read\n/ })
  t.match(await runProcess(['migrate', '--json'], { ...environment, ...ports }), { code: 0, out: '{"applied":[]}\n', err: '' })
})

t.test('two commands at once take turns', async t => {
  const both = await Promise.all(['second', 'third'].map(id => runProcess([...create, '--id', id], { ...environment, ...ports })))
  for (const { code, err, out } of both) {
    t.match({ code, err }, { code: 0, err: '' })
    secret((JSON.parse(out) as Record<string, string>)['client_secret']!)
  }
})

t.test('with the service running a command goes through its admin listener', async t => {
  const instance = await launchInstance(environment)
  t.teardown(() => instance.kill())
  await until('the service is ready', () => isReady(instance), 60_000)
  const listed = await runProcess(['clients', 'list', '--json'], { ...environment, ...ports })
  t.match(listed, { code: 0, err: '' })
  const ids = (JSON.parse(listed.out) as Array<{ client_id: string }>).map(({ client_id: id }) => id)
  for (const id of ['countersign', 'first', 'second', 'third', 'demo-service']) t.ok(ids.includes(id), id)
  const password = secret('piped into the command')
  const user = await runProcess(['users', 'create', '--email', 'p@example.com', '--password-stdin'], { ...environment, ...ports }, `${password}\n`)
  t.match(user, { code: 0, out: /^Made the user/ })
  const signedIn = await fetch(`${instance.url}/api/auth/login`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'p@example.com', password })
  })
  t.equal(signedIn.status, 200, 'at once')
  const elsewhere = await runProcess(['users', 'list'], { ...environment, ...ports, KEYS_DIR: path.join(folder, 'other') })
  t.match(elsewhere, { code: 1, err: /KEYS_DIR or ADMIN_TOKEN_FILE/ })
  const doctor = await runProcess(['doctor'], { ...environment, PORT: new URL(instance.url).port, ADMIN_PORT: '0' })
  t.match(doctor, { code: 0, out: /The service is ready[^]+Nothing is wrong/ })
  t.equal(await instance.stop(), 0)
  t.notMatch(instance.output(), password)
})

t.test('serve is the service', async t => {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, 'serve'], {
    env: { PATH: process.env['PATH'], ISSUER: 'http://127.0.0.1:3000', ...environment, ...ports }, stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => { out += part })
  await until('it is ready', () => out.includes('Countersign is ready'), 60_000)
  child.kill('SIGTERM')
  t.strictSame(await once(child, 'exit'), [0, null])
  t.match(readFileSync(path.join(environment.KEYS_DIR, 'admin-token'), 'utf8'), /^cs_admin_/)
})
