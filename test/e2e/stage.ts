import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import { hashClientSecret, makeClientSecret } from '../../src/clients/secret.ts'
import { createPasswords } from '../../src/accounts/passwords.ts'
import { createPostgresStores, type PostgresStores } from '../../src/stores/postgres/stores.ts'
import { systemClock, systemRandom } from '../../src/system.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../support/database.ts'
import { startInstance, type Instance } from '../support/instance.ts'
import { createTestLog } from '../support/log.ts'
import { createTestMetrics } from '../support/metrics.ts'
import { startRedis, type PrivateRedis } from '../support/redis.ts'
import { secret } from '../support/secrets.ts'

/** What every test here begins with: a database and a Redis of its own, a master key, a client, and instances at will. */
export interface Stage {
  databaseUrl: string
  redis: PrivateRedis
  /** The same database, without any instance in between. */
  stores: PostgresStores
  /** The settings that every instance shares. */
  environment: Record<string, string>
  client: TestClient
  addUser(): Promise<TestUser>
  /** Starts an instance, with further settings; it ends with the test. */
  start(settings?: Record<string, string>): Promise<Instance>
  startTwo(settings?: Record<string, string>): Promise<[Instance, Instance]>
}

export interface TestUser {
  id: string
  email: string
  password: string
}

/** A service that may look revocations up, make them, and introspect. */
export interface TestClient {
  id: string
  secret: string
}

export const skip = sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set: these tests need a PostgreSQL'

/** @param serverUrl the PostgreSQL server in which to make the database */
export async function setStage(t: Test, serverUrl = sharedDatabaseUrl!): Promise<Stage> {
  const [database, redis] = await Promise.all([createDatabase(serverUrl), startRedis()])
  t.teardown(() => Promise.all([database.drop().catch(() => undefined), redis.remove()]))
  const folder = t.testdir()
  const opened = await openMigrated(folder, database.url)
  t.teardown(() => opened.close())
  const stores = createPostgresStores(opened)
  const masterKeyFile = path.join(folder, 'master.key')
  writeFileSync(masterKeyFile, `${secret(randomBytes(32).toString('base64'))}\n`, { mode: 0o600 })
  const environment = {
    ISSUER: 'http://127.0.0.1:3000',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    KEYS_DIR: folder,
    DATA_DIR: folder,
    MASTER_KEY_FILE: masterKeyFile,
    REGISTRATION: 'open',
    REVOCATION_CANARY: 'off',
    SIGN_IN_LIMIT_PER_IP: '100000'
  }
  const start = async (settings = {}): Promise<Instance> => {
    const instance = await startInstance({ ...environment, ...settings })
    t.teardown(() => instance.kill())
    return instance
  }
  return {
    databaseUrl: database.url, redis, stores, environment, start,
    client: await addClient(stores),
    addUser: () => addUser(stores),
    startTwo: settings => Promise.all([start(settings), start(settings)])
  }
}

const passwords = createPasswords({ clock: systemClock, log: createTestLog(), metrics: createTestMetrics() })

async function addUser({ users }: PostgresStores): Promise<TestUser> {
  const id = `usr_${randomBytes(16).toString('base64url')}`
  const email = `${randomBytes(6).toString('hex')}@example.com`
  const password = secret(randomBytes(12).toString('base64url'))
  await users.register({
    id, email, name: undefined, role: 'user', passwordHash: await passwords.hash(password), actor: 'test'
  })
  return { id, email, password }
}

async function addClient({ clients }: PostgresStores): Promise<TestClient> {
  const id = 'orders'
  const clientSecret = secret(makeClientSecret(systemRandom))
  await clients.create({
    id, tag: clientTagOf(id), name: 'Orders', secretHash: hashClientSecret(clientSecret),
    authMethods: ['client_secret_basic', 'client_secret_post'], grantTypes: ['client_credentials', 'refresh_token'],
    scopes: ['revocations:read', 'revocations:write'], audience: [], redirectUris: []
  }, 'test')
  return { id, secret: clientSecret }
}
