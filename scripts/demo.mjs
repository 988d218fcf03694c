// `npm run demo`: starts the service with a fresh data folder and the example resource server beside it, follows one
// user from sign-in to the refusal after sign-out, prints each step with its time, and stops everything again. Where
// PostgreSQL and Redis are installed, there are two instances, and the user signs out at the other one.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findFreePort, startDatabases } from './databases.mjs'
import { answersOk, startNode, withoutSettings } from './node-process.mjs'
import { prepare, stopWith } from './prepare.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const running = []

await prepare().catch(stopWith)
const { configNames } = await import('../dist/config.js')
const folder = mkdtempSync(path.join(tmpdir(), 'countersign-demo-'))
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    interrupted = true
    void stopAll().then(() => process.exit(130))
  })
}
try {
  const { instances, client } = await startService()
  const orders = await startOrders(instances[0], client)
  await walk({ instances, orders })
} catch (error) {
  if (!interrupted) console.error(`\nThe demonstration failed: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll()
}

/** @returns the URLs of the instances, the first of which is the issuer, and a client that may follow revocations */
async function startService() {
  const databases = await timed('find PostgreSQL and Redis', () => startDatabases({ environment: {}, say: () => {} }).catch(() => undefined),
    found => found ? 'started, in a folder of their own' : 'none: one instance, embedded')
  if (databases) running.push(databases)
  const port = await findFreePort()
  const settings = {
    ...withoutSettings(configNames), ISSUER: `http://127.0.0.1:${port}`, LOG_LEVEL: 'warn', REGISTRATION: 'open',
    FIRST_PARTY_AUDIENCES: 'orders', KEYS_DIR: path.join(folder, 'keys'), DATA_DIR: path.join(folder, 'data'),
    ...databases && { DATABASE_URL: databases.databaseUrl, REDIS_URL: databases.redisUrl }
  }
  // Several instances open the same keys: none makes a master key of its own.
  mkdirSync(settings.KEYS_DIR)
  writeFileSync(path.join(settings.KEYS_DIR, 'master.key'), randomBytes(32).toString('base64'), { mode: 0o600 })
  if (databases) runCommand(['migrate'], settings)
  const first = await startInstance('start Countersign', port, settings)
  const others = databases ? [await startInstance('start another instance', await findFreePort(), settings)] : []
  const client = JSON.parse(runCommand(
    ['clients', 'create', '--id', 'orders', '--grants', 'client_credentials', '--scopes', 'revocations:read', '--json'], first.env))
  return { instances: [first, ...others].map(({ url }) => url), client }
}

async function startInstance(title, port, settings) {
  const url = `http://127.0.0.1:${port}`
  const env = { ...settings, PORT: String(port), ADMIN_PORT: String(await findFreePort()) }
  const instance = await timed(title, () => startNode([path.join(root, 'dist', 'main.js')], {
    // Not the project's folder: its .env is not meant for this.
    cwd: folder, env, isReady: () => answersOk(`${url}/readyz`)
  }), () => url)
  running.push(instance)
  return { url, env }
}

function runCommand(args, env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'bin', 'countersign.mjs'), ...args],
    { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`"countersign ${args.join(' ')}" failed:\n${stderr}`)
  return stdout
}

/** @returns the URL of the example, once it follows the feed */
async function startOrders(issuer, { client_id: clientId, client_secret: clientSecret }) {
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const example = path.join(root, 'examples', 'resource-server', 'server.mjs')
  const orders = await timed('start the orders service', () => startNode([example], {
    env: {
      ...withoutSettings(configNames), ISSUER: issuer, AUDIENCE: 'orders', PORT: String(port),
      CLIENT_ID: clientId, CLIENT_SECRET: clientSecret
    },
    isReady: async output => output.includes('Listening at') && (await readHealth(url)).ready
  }), () => path.relative(root, example))
  running.push(orders)
  return url
}

async function readHealth(orders) {
  return (await fetch(`${orders}/healthz`)).json()
}

async function walk({ instances, orders }) {
  const [issuer, other = issuer] = instances
  const post = (name, members, at = issuer) => fetch(`${at}/api/auth/${name}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(members)
  })
  const call = token => fetch(`${orders}/orders`, { headers: { authorization: `Bearer ${token}` } })
  const person = { email: 'demo@example.com', password: randomBytes(12).toString('base64url') }

  await step('register', 201, () => post('register', person))
  const first = await step('sign in', 200, () => post('login', { ...person, refreshTokenIn: 'body' }))
  await step('call the orders service', 200, () => call(first.accessToken))
  const second = await step('refresh', 200, () => post('refresh', { refreshToken: first.refreshToken }))
  await step('call it with the new token', 200, () => call(second.accessToken))
  const title = other === issuer ? 'sign out' : 'sign out, over there'
  await step(title, 200, () => post('logout', { refreshToken: second.refreshToken }, other))
  await step('call it until it refuses', 401, () => callUntilRefused(() => call(second.accessToken)))
  await step('refresh again: refused', 401, () => post('refresh', { refreshToken: second.refreshToken }))

  const { revocation: { counters, age } } = await readHealth(orders)
  console.log('\nDone: the token that was good a moment ago is refused. The orders service asked nobody about it ' +
    `(${counters.lookups} lookups): it follows the revocations, and its view of them is ${age.toFixed(1)} s old.`)
}

/** A second at the most. */
async function callUntilRefused(call) {
  const deadline = performance.now() + 1000
  for (;;) {
    const answer = await call()
    if (answer.status !== 200 || performance.now() > deadline) return answer
    await answer.arrayBuffer()
    await pause(5)
  }
}

/** @returns the JSON answer. @throws Error when its status is another than expected */
async function step(title, expected, act) {
  const answer = await timed(title, act, ({ url, status }) => `${new URL(url).pathname.padEnd(20)} ${status}`)
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(`"${title}" was answered ${answer.status}, not ${expected}: ${text}`)
  return JSON.parse(text)
}

async function timed(title, act, describe) {
  const startedAt = performance.now()
  const result = await act()
  const milliseconds = (performance.now() - startedAt).toFixed(1)
  console.log(`${title.padEnd(27)} ${describe(result).padEnd(38)} ${milliseconds.padStart(8)} ms`)
  return result
}

async function stopAll() {
  // The orders service first: it follows the others; the databases last.
  for (const program of running.splice(0).reverse()) await program.stop()
  rmSync(folder, { recursive: true, force: true })
}
