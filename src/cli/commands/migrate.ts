import { composeStores } from '../../compose-stores.ts'
import { readConfig } from '../../config.ts'
import { createLogger } from '../../logger.ts'
import { DataFolderInUse } from '../../stores/postgres/data-lock.ts'
import { systemClock } from '../../system.ts'
import type { Command } from '../command.ts'

/** Needs no keys, and does not wait for Redis: it is what a deployment runs first. */
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
  const stores = await composeStores(readConfig(), { clock: systemClock, log, greeting: undefined })
  try {
    return await stores.migrate()
  } finally {
    await stores.close()
  }
}
