// `npm run demo`: starts the service with a fresh data folder and the example resource server beside it, follows one
// user from sign-in to the refusal after sign-out, prints each step with its time, and stops everything again.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from './databases.mjs'
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
  const { issuer, ...demo } = await startService()
  const orders = await startOrders(issuer, demo)
  await walk({ issuer, orders, demo })
  console.log('\nDone: the token that was good a moment ago is refused, and no service had to be told.')
} catch (error) {
  if (!interrupted) console.error(`\nThe demonstration failed: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll()
}

/** @returns the content of demo.json: the issuer, a user's and a client's credentials */
async function startService() {
  const [port, adminPort] = [await findFreePort(), await findFreePort()]
  const issuer = `http://127.0.0.1:${port}`
  const credentials = path.join(folder, 'data', 'demo.json')
  const service = await timed('start Countersign', () => startNode([path.join(root, 'dist', 'main.js')], {
    // Not the project's folder: its .env is not meant for this.
    cwd: folder,
    env: {
      ...withoutSettings(configNames), PORT: String(port), ADMIN_PORT: String(adminPort), LOG_LEVEL: 'warn',
      DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), FIRST_PARTY_AUDIENCES: 'orders'
    },
    isReady: async () => existsSync(credentials) && answersOk(`${issuer}/readyz`)
  }), () => issuer)
  running.push(service)
  return JSON.parse(readFileSync(credentials, 'utf8'))
}

/** @returns the URL of the example */
async function startOrders(issuer, { clientId, clientSecret }) {
  const port = await findFreePort()
  const example = path.join(root, 'examples', 'resource-server', 'server.mjs')
  const orders = await timed('start the orders service', () => startNode([example], {
    env: {
      ...withoutSettings(configNames), ISSUER: issuer, AUDIENCE: 'orders', PORT: String(port),
      CLIENT_ID: clientId, CLIENT_SECRET: clientSecret
    },
    isReady: output => output.includes('Listening at')
  }), () => path.relative(root, example))
  running.push(orders)
  return `http://127.0.0.1:${port}`
}

async function walk({ issuer, orders, demo: { email, password } }) {
  const api = (name, members) => post(`${issuer}/api/auth/${name}`, members)
  const call = token => fetch(`${orders}/orders`, { headers: { authorization: `Bearer ${token}` } })

  const first = await step('sign in', 200, () => api('login', { email, password, refreshTokenIn: 'body' }))
  await step('call the orders service', 200, () => call(first.accessToken))
  const second = await step('refresh', 200, () => api('refresh', { refreshToken: first.refreshToken }))
  await step('call it with the new token', 200, () => call(second.accessToken))
  await step('sign out', 200, () => api('logout', { refreshToken: second.refreshToken }))
  await step('call it again: refused', 401, () => call(second.accessToken))
  await step('refresh again: refused', 401, () => api('refresh', { refreshToken: second.refreshToken }))
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

function post(url, members) {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(members) })
}

async function stopAll() {
  // The orders service first: it asks the other.
  for (const program of running.splice(0).reverse()) await program.stop()
  rmSync(folder, { recursive: true, force: true })
}
