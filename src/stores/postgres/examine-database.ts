import { Prisma } from '../../generated/prisma/client.ts'
import type { Clock } from '../../ports/clock.ts'
import type { KeyRecord } from '../keys.ts'
import { openDatabase, type DatabaseOptions } from './database.ts'
import { createKeyStore } from './keys.ts'

/** A look at a database from outside a running service, for `countersign doctor`. Changes nothing. */
export interface DatabaseExamination {
  version: string
  /** Of our own sessions, which ask for UTC. */
  timeZone: string
  synchronousCommit: string
  /** Seconds by which the database's clock is ahead of this machine's. */
  clockAhead: number
  /** Names of the migrations that it does not have yet. */
  pending: string[]
  /** Undefined when the table may not be there yet. */
  keys: KeyRecord[] | undefined
}

interface Row {
  version: string
  time_zone: string
  synchronous_commit: string
  now: Date
}

/** Throws `temporarily_unavailable` when it cannot be reached. @throws DataFolderInUse (embedded only) */
export async function examineDatabase(options: DatabaseOptions, clock: Clock): Promise<DatabaseExamination> {
  const database = await openDatabase(options)
  try {
    const pending = await database.pendingMigrations()
    const askedAt = clock.now()
    const row = await database.query.row<Row>(Prisma.sql`
      SELECT current_setting('server_version') AS version, current_setting('TimeZone') AS time_zone,
        current_setting('synchronous_commit') AS synchronous_commit, clock_timestamp() AS now`)
    const { version, time_zone: timeZone, synchronous_commit: synchronousCommit, now } = row!
    return {
      version, timeZone, synchronousCommit, pending,
      clockAhead: (now.getTime() - (askedAt + clock.now()) / 2) / 1000,
      keys: pending.length > 0 ? undefined : await createKeyStore(database).list()
    }
  } finally {
    await database.close()
  }
}
