import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import t from 'tap'
import { createPostgresStores } from '../../../src/stores/postgres/stores.ts'
import { isLive, rotationOf } from '../../contract/sample.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../../support/database.ts'

const first = '20261123000000_init'

/** What the first release left behind: one who is signed in, on one device of two, and a service. */
const inhabit = `
  INSERT INTO users (id, email, password_hash) VALUES ('usr_a', 'a@example.com', 'hash-1');
  INSERT INTO sessions (id, number, user_id, amr, auth_time, expires_at, revoked_at) VALUES
    ('ses_1', 1, 'usr_a', '{pwd}', '2026-11-01T12:00:00Z', now() + interval '1 day', NULL),
    ('ses_2', 2, 'usr_a', '{pwd}', '2026-11-02T12:00:00Z', now() + interval '1 day', now());
  INSERT INTO clients (id, tag, name, auth_methods, grant_types, scopes, audience, redirect_uris, grants_cutoff) VALUES
    ('orders', 'tag-orders', 'Orders', '{client_secret_basic}', '{client_credentials}', '{}', '{}', '{}', 0);
  INSERT INTO grants (id, number, user_id, client_id, session_id, scopes, audience, secret, mac_kid, idle_expires_at, expires_at)
    SELECT 'grt_' || place, place + 2, 'usr_a', 'countersign', 'ses_' || place, '{}', '{https://id.example.com}',
      decode(repeat('00', 16), 'hex'), 'mac-1', now() + interval '1 hour', now() + interval '1 day'
    FROM generate_series(1, 2) AS place;
  SELECT setval('grant_numbers', 100)`

/** A database as the first release made it. */
async function inhabitFirstRelease(url: string): Promise<void> {
  const sql = readFileSync(new URL(`../../../prisma/migrations/${first}/migration.sql`, import.meta.url))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql.toString())
  await client.query(`CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`)
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
    ['1', createHash('sha256').update(sql).digest('hex'), first])
  await client.query(inhabit)
  await client.end()
}

t.test('the database of the first release keeps everybody signed in who was, and nobody else', {
  skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
}, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  t.teardown(drop)
  await inhabitFirstRelease(url)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(() => database.close())
  const stores = createPostgresStores(database)
  t.match(await stores.grants.find('grt_1'), {
    subject: 'usr_a', authTime: new Date('2026-11-01T12:00:00Z'), amr: ['pwd'], offline: false, live: true
  })
  t.equal(await isLive(stores, 'grt_2'), false, 'what had ended stays so')
  const grant = (await stores.grants.find('grt_1'))!
  t.match(await stores.grants.rotate(rotationOf(grant)), { generation: 2, subject: 'usr_a' })
  t.match(await stores.clients.find('orders'), { profile: {}, postLogoutRedirectUris: [], registrationTokenHash: undefined })
  t.match(await stores.users.find({ id: 'usr_a' }), { emailVerified: false })
})
