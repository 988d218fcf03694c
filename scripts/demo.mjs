// `npm run demo`: starts the service with a fresh data folder and the example resource server beside it, follows one
// user from sign-in to the refusal after sign-out, prints each step with its time; then kills what the service stands
// on, piece by piece, and shows what resource servers make of it; and stops everything again. Where PostgreSQL and
// Redis are installed, there are two instances, and the user signs out at the other one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { conclude } from './demo/conclude.mjs'
import { introduceOutages } from './demo/introduce-outages.mjs'
import { listOutages } from './demo/list-outages.mjs'
import { openAccount } from './demo/open-account.mjs'
import { openDatabases } from './demo/open-databases.mjs'
import { openService } from './demo/open-service.mjs'
import { showOutages } from './demo/show-outages.mjs'
import { startOrders } from './demo/start-orders.mjs'
import { walk } from './demo/walk.mjs'
import { withoutSettings } from './node-process.mjs'
import { prepare, stopWith } from './prepare.mjs'

const running = []

await prepare().catch(stopWith)
const { configNames } = await import('../dist/config.js')
const folder = mkdtempSync(path.join(tmpdir(), 'countersign-demo-'))
const stage = { environment: withoutSettings(configNames), folder, running }
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    interrupted = true
    void stopAll().then(() => process.exit(130))
  })
}
try {
  const databases = await openDatabases(stage)
  const { instances, client } = await openService(stage, databases)
  const addOrders = (title, policy) => startOrders(stage, { title, issuer: instances[0].url, client, policy })
  const orders = await addOrders('start the orders service', 'lookup')
  const account = openAccount(instances)
  const former = await walk({ account, instances, orders })
  introduceOutages(databases)
  const others = [await addOrders('start a second one: reject', 'reject'), await addOrders('start a third one: accept', 'accept')]
  const outages = listOutages(databases, instances)
  await showOutages({ account, services: [orders, ...others], former }, outages)
  conclude(outages)
} catch (error) {
  if (!interrupted) console.error(`\nThe demonstration failed: ${error.message}`)
  process.exitCode = 1
} finally {
  await stopAll()
}

async function stopAll() {
  // The orders services first: they follow the others; the databases last.
  for (const program of running.splice(0).reverse()) await program.stop()
  rmSync(folder, { recursive: true, force: true })
}
