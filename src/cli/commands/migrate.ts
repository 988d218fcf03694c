import { readConfig } from '../../config.ts'
import { createLogger } from '../../logger.ts'
import { DataFolderInUse } from '../../stores/postgres/data-lock.ts'
import { openDatabase } from '../../stores/postgres/database.ts'
import type { Command } from '../command.ts'

/** Needs neither keys nor Redis: it is what a deployment runs first. */
export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the database to the form that this version needs',
  options: {},
  async run() {
    try {
      const applied = await applyMigrations()
      const text = applied.length === 0
        ? 'The database is up to date.\n'
        : `Applied ${applied.length} migration(s):\n${applied.map(name => `  ${name}\n`).join('')}`
      return { json: { applied }, text }
    } catch (error) {
      if (!(error instanceof DataFolderInUse)) throw error
      const text = 'The service is running on the embedded database and migrated it when it started.\n'
      return { json: { applied: [] }, text }
    }
  }
}

async function applyMigrations(): Promise<string[]> {
  const log = createLogger('error', process.stderr)
  const { databaseUrl: url, dataDir } = readConfig()
  const database = await openDatabase({ url, dataDir, log })
  try {
    return await database.migrate()
  } finally {
    await database.close()
  }
}
