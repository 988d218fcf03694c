import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { inspect } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { findFreePort } from '../../../scripts/free-port.mjs'
import { Prisma } from '../../../src/generated/prisma/client.ts'
import { CountersignError } from '../../../src/protocol/errors.ts'
import { openDatabase, type Database } from '../../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../../src/stores/postgres/stores.ts'
import { createDatabase, onServer, openMigrated, sharedDatabaseUrl } from '../../support/database.ts'
import { createTestLog } from '../../support/log.ts'

const skip = sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
const migrations = readdirSync(path.resolve(import.meta.dirname, '../../../prisma/migrations'), { withFileTypes: true })
  .filter(entry => entry.isDirectory()).map(({ name }) => name)

function ask(database: Database, sql: string): Promise<unknown> {
  return database.query.rows(Prisma.raw(sql))
}

t.test('the embedded database is migrated once, and keeps its data when it is opened again', async t => {
  const folder = t.testdir()
  const database = await openDatabase({ dataDir: folder, log: createTestLog() })
  t.equal(database.kind, 'embedded')
  t.match(await database.pendingMigrations(), [/_init$/])
  t.match(await database.migrate(), [/_init$/])
  t.same(await database.pendingMigrations(), [])
  t.same(await database.migrate(), [])
  const entry = await createPostgresStores(database).journal.revokeToken('a', { reason: 'test', actor: 'admin' })
  await t.rejects(openDatabase({ dataDir: folder, log: createTestLog() }), { name: 'DataFolderInUse' })
  await database.close()
  await database.close()
  const again = await openMigrated(folder)
  t.same((await createPostgresStores(again).journal.head()).hash, entry.hash)
  await t.rejects(ask(again, 'SELECT 1 / 0 AS a'), /SQLSTATE 22012/, 'a mistake of ours stays what it is')
  t.same(await ask(again, 'SELECT 1 AS a'), [{ a: 1 }], 'and leaves the session usable')
  await again.close()
})

t.test('a server that is away is 503, and is found again once it is back', { skip }, async t => {
  const target = new URL(sharedDatabaseUrl!)
  const port = await findFreePort()
  const url = new URL(sharedDatabaseUrl!)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  const database = await openDatabase({ url: url.href, dataDir: t.testdir(), log: createTestLog() })
  t.teardown(() => database.close())
  await t.rejects(ask(database, 'SELECT 1 AS a'), { reason: 'database/unreachable', code: 'temporarily_unavailable' })
  await t.rejects(database.migrate(), { name: 'CountersignError', reason: 'database/unreachable' })
  const server = net.createServer(socket => {
    const upstream = net.connect(Number(target.port || 5432), target.hostname)
    socket.pipe(upstream).pipe(socket)
    for (const end of [socket, upstream]) end.on('error', () => end.destroy())
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  t.same(await ask(database, 'SELECT 1 AS a'), [{ a: 1 }])
})

t.test('what goes wrong on the server is told apart from what we did wrong', { skip }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(async () => {
    await database.close()
    await drop()
  })
  const faults: [string, string][] = [
    ['SELECT pg_terminate_backend(pg_backend_pid())', 'database/shutting-down'],
    ["DO $$ BEGIN RAISE 'x' USING ERRCODE = '53300'; END $$", 'database/out-of-resources'],
    ["DO $$ BEGIN RAISE 'x' USING ERRCODE = '25006'; END $$", 'database/read-only'],
    ["DO $$ BEGIN RAISE 'x' USING ERRCODE = '57014'; END $$", 'database/statement-timeout'],
    ["DO $$ BEGIN RAISE 'x' USING ERRCODE = '40001'; END $$", 'database/conflict']
  ]
  for (const [sql, reason] of faults) {
    await t.rejects(ask(database, sql), { name: 'CountersignError', reason }, reason)
  }
  for (const state of ['22012', '23505', '42601']) {
    const fault = await ask(database, `DO $$ BEGIN RAISE 'x' USING ERRCODE = '${state}'; END $$`).catch((e: unknown) => e)
    t.ok(fault instanceof Error && !(fault instanceof CountersignError), `${state} stays as it is`)
  }
  await onServer(sharedDatabaseUrl!, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = '${new URL(url).pathname.slice(1)}'`)
  await createPostgresStores(database).state.read().catch(() => undefined)
  t.ok(await createPostgresStores(database).state.read(), 'a lost connection is replaced')
})

t.test('an error tells what the server said, but quotes no value', { skip }, async t => {
  const database = await openDatabase({ url: sharedDatabaseUrl!, dataDir: t.testdir(), log: createTestLog() })
  t.teardown(() => database.close())
  await t.rejects(ask(database, 'SELECT nothing'), /SQLSTATE 42703.*column "nothing" does not exist/)
  const fault = await ask(database, "SELECT 's3cret'::int").catch((error: unknown) => error)
  t.match(fault, /SQLSTATE 22P02/)
  t.notMatch(inspect(fault, { depth: 9 }), 's3cret', 'nor does anything in it')
})

t.test('statements are named, and a rotation rewrites no index', { skip }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(async () => {
    await database.close()
    await drop()
  })
  const { state } = createPostgresStores(database)
  await state.read()
  await state.read()
  const rows = await ask(database, "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%journal_head%'")
  t.match(rows, [{ name: /^s\d+$/ }])
  const indexed = await ask(database, `SELECT DISTINCT attname FROM pg_index
    JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) WHERE indrelid = 'grants'::regclass
    AND attname IN ('generation', 'mac_kid', 'rotations', 'idle_expires_at')`)
  t.same(indexed, [])
})

t.test('a migration that fails leaves nothing behind, and the next run starts from there', { skip }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  t.teardown(drop)
  // A table in the way, as after a crash of a tool that does not use transactions.
  await onServer(url, 'CREATE TABLE audit_events (id int)')
  const database = await openDatabase({ url, dataDir: t.testdir(), log: createTestLog() })
  t.teardown(() => database.close())
  await t.rejects(database.migrate(), /_init failed and was rolled back/)
  t.match(await database.pendingMigrations(), [/_init$/])
  await onServer(url, 'DROP TABLE audit_events')
  const [first, second] = await Promise.all([database.migrate(), database.migrate()])
  t.equal([...first, ...second].length, migrations.length, 'two instances that start together migrate once')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("UPDATE _prisma_migrations SET checksum = 'another'")
  await client.end()
  await t.rejects(database.pendingMigrations(), /was changed after this database applied it/)
})

t.test('every migration has a number of its own: what it follows does not hang on how names are sorted', async t => {
  const numbers = migrations.map(name => name.split('_')[0]!)
  t.strictSame(numbers.filter((number, place) => numbers.indexOf(number) !== place), [])
})
