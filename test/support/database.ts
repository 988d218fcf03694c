import { randomBytes } from 'node:crypto'
import { cpSync, existsSync } from 'node:fs'
import path from 'node:path'
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

/** An embedded database that has its migrations already, where the runner has made one: a copy is there in no time. */
const template = process.env['TEST_EMBEDDED_TEMPLATE']

/** Spares the folder the making of an embedded database, if there is none in it yet. */
export function layEmbedded(dataDir: string): void {
  const target = path.join(dataDir, 'pgdata')
  if (template !== undefined && !existsSync(target)) cpSync(template, target, { recursive: true })
}

/** Opened and migrated. Without a URL it is embedded in the folder. */
export async function openMigrated(dataDir: string, url?: string): Promise<Database> {
  if (url === undefined) layEmbedded(dataDir)
  const database = await openDatabase({ url, dataDir, log: createTestLog() })
  try {
    await database.migrate()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
