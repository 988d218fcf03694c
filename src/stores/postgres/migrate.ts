import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * Applies prisma/migrations in order and keeps Prisma's own table, checksums and advisory lock, so that
 * Prisma's command line agrees about what was applied. Each migration and the row that tells of it are one
 * transaction: a crash midway leaves nothing behind. (So no migration may hold what PostgreSQL refuses in a
 * transaction, such as CREATE INDEX CONCURRENTLY.)
 */

/** A connection that is ours alone while we migrate. */
export interface MigrationConnection {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

interface Migration {
  name: string
  sql: string
  checksum: string
}

const advisoryLock = 72707369

const createTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`

/** Applies what is pending; returns the names of what it applied. */
export async function migrate(connection: MigrationConnection): Promise<string[]> {
  await connection.query('SELECT pg_advisory_lock($1)', [advisoryLock])
  try {
    await connection.query(createTable)
    const pending = await findPending(connection)
    for (const migration of pending) await apply(connection, migration)
    return pending.map(migration => migration.name)
  } finally {
    await connection.query('SELECT pg_advisory_unlock($1)', [advisoryLock])
  }
}

/** Names of the migrations that the database does not have yet. */
export async function listPending(connection: MigrationConnection): Promise<string[]> {
  const { rows } = await connection.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present")
  const pending = rows[0]?.['present'] === true ? await findPending(connection) : readMigrations()
  return pending.map(migration => migration.name)
}

async function findPending(connection: MigrationConnection): Promise<Migration[]> {
  const { rows } = await connection.query(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL'
  )
  const unfinished = rows.find(row => row['finished_at'] === null)
  if (unfinished !== undefined) {
    throw new Error(
      `The migration ${String(unfinished['migration_name'])} was begun by another tool and not finished: ` +
      'see what it left behind, then run "prisma migrate resolve"'
    )
  }
  const applied = new Map(rows.map(row => [row['migration_name'], row['checksum']]))
  return readMigrations().filter(migration => {
    const checksum = applied.get(migration.name)
    if (checksum !== undefined && checksum !== migration.checksum) {
      throw new Error(`The migration ${migration.name} was changed after this database applied it: ` +
        'restore the file and put the change into a new migration')
    }
    return checksum === undefined
  })
}

async function apply(connection: MigrationConnection, migration: Migration): Promise<void> {
  await connection.query('BEGIN')
  try {
    await connection.query(migration.sql)
    await connection.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name]
    )
    await connection.query('COMMIT')
  } catch (error) {
    await connection.query('ROLLBACK')
    throw new Error(`The migration ${migration.name} failed and was rolled back: ${(error as Error).message}`,
      { cause: error })
  }
}

function readMigrations(): Migration[] {
  const folder = findMigrationsFolder(import.meta.dirname)
  const folders = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return folders.map(entry => entry.name).sort().map(name => {
    const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

/** The package's root is a different number of levels up from the sources and from what is built of them. */
function findMigrationsFolder(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'prisma', 'migrations')
    if (existsSync(candidate)) return candidate
    if (folder === path.dirname(folder)) {
      throw new Error(`No folder prisma/migrations above ${from}: the installation is incomplete, repeat it`)
    }
  }
}
