import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { createApp } from '../../src/app.ts'
import { compose, type Service } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/logger.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { OutboundFetch } from '../../src/ports/outbound-fetch.ts'
import { createDatabase, layEmbedded, sharedDatabaseUrl } from './database.ts'
import { startRedis } from './redis.ts'
import { watchAnswers } from './watch-answers.ts'

/**
 * A whole service in this process: what a test composes once for a file and asks through `inject`. Whatever it refuses is held
 * against the table of errors.
 */

export type StoreKind = 'embedded' | 'real'

export interface OpenServiceOptions {
  store: StoreKind
  /** Variables of the environment, over a development set-up with open registration. */
  config?: Record<string, string>
  clock?: Clock
  /** Instead of other people's servers. */
  outboundFetch?: OutboundFetch
}

export interface OpenedService {
  app: FastifyInstance
  service: Service
  issuer: string
  /** Every line it has logged, as text. */
  logLines: string[]
}

/** The stores to run each behaviour on: the embedded ones always, the real ones where the runner has brought them up. */
export function availableStores(): StoreKind[] {
  return sharedDatabaseUrl === undefined ? ['embedded'] : ['embedded', 'real']
}

/** Started, on stores of its own; everything is closed and removed when the test ends. */
export async function openService(t: Test, { store, config = {}, clock, outboundFetch }: OpenServiceOptions): Promise<OpenedService> {
  const folder = t.testdir()
  if (store === 'embedded') layEmbedded(path.join(folder, 'data'))
  const values = readConfig({
    DATA_DIR: path.join(folder, 'data'), KEYS_DIR: writeMasterKey(folder), REGISTRATION: 'open', SIGN_IN_LIMIT_PER_IP: '100000',
    REVOCATION_CANARY: 'off',
    ...store === 'real' && await openRealStores(t), ...config
  })
  const logLines: string[] = []
  const logger = createLogger(values.logLevel, { write: line => void logLines.push(line) })
  const service = await compose(values, { logger, ...(clock && { clock }), ...(outboundFetch && { outboundFetch }) })
  t.teardown(() => service.close())
  if (store === 'real') await service.stores.migrate()
  await service.start()
  const app = await watchAnswers(t, () => createApp({
    rooms: { ...service.rooms, isReady: service.isReady }, logger, trustProxy: values.trustProxy
  }), { issuer: values.issuer })
  t.teardown(() => app.close())
  await app.ready()
  return { app, service, issuer: values.issuer, logLines }
}

/** A production set-up makes no master key of its own. */
function writeMasterKey(folder: string): string {
  const keysDir = path.join(folder, 'keys')
  mkdirSync(keysDir, { recursive: true })
  writeFileSync(path.join(keysDir, 'master.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
  return keysDir
}

async function openRealStores(t: Test): Promise<Record<string, string>> {
  const database = await createDatabase(sharedDatabaseUrl!)
  t.teardown(() => database.drop())
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  return { DATABASE_URL: database.url, REDIS_URL: redis.url }
}

/** Runs a behaviour once on each kind of store, with one service for all of it. */
export function onEachStore(
  t: Test, run: (t: Test, opened: OpenedService) => Promise<void>, options: Omit<OpenServiceOptions, 'store'> = {}
): void {
  for (const store of availableStores()) {
    t.test(`on ${store} stores`, async t => run(t, await openService(t, { ...options, store })))
  }
}
