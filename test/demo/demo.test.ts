import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { hashClientSecret } from '../../src/clients/secret.ts'
import type { DemoAccounts } from '../../src/demo/accounts.ts'
import { prepareDemo } from '../../src/demo/demo.ts'
import { startExample } from '../examples/start-example.ts'
import { runScript } from '../support/run-script.ts'
import { secret } from '../support/secrets.ts'
import { createUser, signIn } from '../support/users.ts'
import { openService } from '../support/service.ts'

const readDemo = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as DemoAccounts

t.test('the first start makes a demo user and client, shown once, and a walk that works as it stands', async t => {
  const { app, service } = await openService(t, { store: 'embedded', config: { LOG_LEVEL: 'silent' } })
  // The walk needs an address: the issuer is where the service says it is.
  const issuer = await app.listen({ host: '127.0.0.1', port: 0 })
  const at = { ...service, config: { ...service.config, issuer } }
  const file = path.join(service.config.dataDir, 'demo.json')
  const first = await prepareDemo(at)
  const demo = readDemo(file)
  for (const text of [demo.password, demo.clientSecret]) t.ok(first.includes(secret(text)))
  t.match(demo, { issuer, email: 'demo@example.com', clientId: 'demo-service' })
  t.equal(statSync(file).mode & 0o777, 0o600)

  const later = await prepareDemo(at)
  for (const text of [demo.password, demo.clientSecret]) t.notOk(later.includes(text), 'not shown again')
  t.ok(later.includes(file))
  t.strictSame(readDemo(file), demo)

  const walk = later.slice(later.indexOf('\nISSUER=') + 1)
  const { out, err, code } = await runShell(walk)
  t.equal(code, 0)
  t.equal(err, '')
  t.match(out, new RegExp([
    /1\. Sign in\n2\. Call with the access token\n\{"id":"usr_[^\n]+demo@example\.com[^\n]+\n3\. Refresh\n/,
    /4\. Log out\n\{"status":"signed-out"\}\n5\. [^\n]+\n[^\n]+"code":"TOKEN_REVOKED"\}\n\{"seq":\d+,"results":\[\{"revoked":true/
  ].map(({ source }) => source).join('')))
  for (const text of [demo.password, demo.clientSecret]) t.notOk(out.includes(text))
})

t.test('a first start that was interrupted goes on with the same credentials', async t => {
  const { app, service } = await openService(t, { store: 'embedded' })
  const file = path.join(service.config.dataDir, 'demo.json')
  const cut = { ...service, rooms: { ...service.rooms, register: () => Promise.reject(new Error('cut off')) } }
  await t.rejects(prepareDemo(cut), /cut off/)
  const { password, email } = readDemo(file)
  secret(password)
  await prepareDemo(service)
  await t.resolves(signIn(app, { id: '', email, password }))
})

t.test('the examples find clients of their own, with the settings that they assume', async t => {
  const { service } = await openService(t, { store: 'embedded' })
  const at = { ...service, config: { ...service.config, issuer: 'http://127.0.0.1:3999' } }
  const file = path.join(service.config.dataDir, 'demo.json')
  const text = await prepareDemo(at)
  t.ok(text.includes(`  ISSUER=http://127.0.0.1:3999 DEMO_FILE=${file} node examples/web-app/server.mjs\n`))
  t.ok(text.includes('  ISSUER=http://127.0.0.1:3999 node examples/single-page-app/server.mjs\n'))
  t.notOk(text.includes(secret(readDemo(file).webAppSecret)), 'it is read from the file')
  secret(readDemo(file).password)

  const { settings: web } = JSON.parse(await runScript(
    "import * as example from './examples/web-app/settings.mjs'; console.log(JSON.stringify(example))", { DEMO_FILE: file }
  )) as { settings: Record<'clientId' | 'clientSecret' | 'redirectUri' | 'home', string> }
  t.match(await service.stores.clients.find(web.clientId), {
    secretHash: hashClientSecret(web.clientSecret), redirectUris: [web.redirectUri], postLogoutRedirectUris: [web.home]
  })

  const port = String(await findFreePort())
  await startExample(t, 'single-page-app', { PORT: port })
  const page = await (await fetch(`http://127.0.0.1:${port}/settings.json`)).json() as Record<'clientId' | 'home' | 'api', string>
  const home = page.home.replace(port, '4002')
  t.match(await service.stores.clients.find(page.clientId), {
    authMethods: ['none'], redirectUris: [home], postLogoutRedirectUris: [home]
  })
  t.match(await service.stores.apis.list(), [{ identifier: page.api, clients: [page.clientId] }])
})

t.test('where there are users already nothing is made', async t => {
  const { service } = await openService(t, { store: 'embedded' })
  await createUser(service)
  const text = await prepareDemo(service)
  t.match(text, /Countersign is ready/)
  t.notMatch(text, /demo/)
  t.notOk(existsSync(path.join(service.config.dataDir, 'demo.json')))
})

/** As pasted into a shell: through standard input. */
async function runShell(script: string) {
  const child = spawn('bash', [], { stdio: 'pipe', env: { PATH: process.env['PATH'] } })
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => { printed.out += part })
  child.stderr.setEncoding('utf8').on('data', (part: string) => { printed.err += part })
  child.stdin.end(script)
  const [code] = await once(child, 'close') as [number]
  return { ...printed, code }
}
