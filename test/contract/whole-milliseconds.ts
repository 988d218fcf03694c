import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '../../src/stores/postgres/database.ts'
import type { Query } from '../../src/stores/postgres/query.ts'

/**
 * A database for which no two statements that follow each other fall into one millisecond. Times are kept, and rounded, to
 * that: what was to end at once ends up to half of one later, and what came first may seem to have come with the second.
 */
export function inWholeMilliseconds(database: Database): Database {
  const { rows, row, rowAsJson, run } = database.query
  const query: Query = {
    rows: async statement => afterTheClockMoved(await rows(statement)),
    row: async statement => afterTheClockMoved(await row(statement)),
    rowAsJson: async statement => afterTheClockMoved(await rowAsJson(statement)),
    run: async statement => afterTheClockMoved(await run(statement))
  }
  return { ...database, query }
}

async function afterTheClockMoved<T>(answer: T): Promise<T> {
  const soonest = Date.now() + 2
  while (Date.now() < soonest) await pause(1)
  return answer
}
