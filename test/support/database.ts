import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openDatabase, type Database } from '../../src/stores/postgres/database.ts'
import { createTestLog } from './log.ts'

/** The PostgreSQL server that all tests share, where the runner has brought one up. */
export const sharedDatabaseUrl = process.env['TEST_DATABASE_URL']

/** A database of one test's own in that server. */
export interface PrivateDatabase {
  url: string
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>
}

export async function createDatabase(serverUrl: string): Promise<PrivateDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

/** Runs one statement outside any store. */
export async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Opened and migrated. Without a URL it is embedded in the folder. */
export async function openMigrated(dataDir: string, url?: string): Promise<Database> {
  const database = await openDatabase({ url, dataDir, log: createTestLog() })
  try {
    await database.migrate()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
