import type { Config } from '../config.ts'
import type { Clock } from '../ports/clock.ts'
import type { DataFolderInUse } from '../stores/postgres/data-lock.ts'
import type { DatabaseFacts } from './database.ts'
import type { Finding } from './finding.ts'

/** What the checks are made on. */
export interface Patient {
  config: Config
  clock: Clock
  /** Looked at once, however many checks ask: the embedded database takes a second to open. */
  database(): Promise<DatabaseFacts>
}

/** One check: looks, then judges what it saw. A further one is one file and one line in index.ts. */
export type Check = (patient: Patient) => Promise<Finding[]>

/**
 * Asks the service that has the embedded database open how it is. Never throws: what goes wrong is a finding.
 */
export type AskRunning = (config: Config, inUse: DataFolderInUse) => Promise<Finding[]>
