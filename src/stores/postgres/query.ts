import type { SqlQueryable } from '@prisma/driver-adapter-utils'
import { Prisma } from '../../generated/prisma/client.ts'
import { CountersignError, unavailable, type Reason } from '../../protocol/errors.ts'
import { decodeRows } from './decode-rows.ts'

/**
 * How the stores speak to the database, and the one place that tells the faults of an unreachable or
 * overloaded database (503, try again) from our own mistakes (which stay what they are).
 *
 * Statements go to Prisma's driver as they are: its client would write them anew, and read every answer twice
 * (docs/adr/0020).
 */

export interface Query {
  rows<Row>(statement: Prisma.Sql): Promise<Row[]>
  row<Row>(statement: Prisma.Sql): Promise<Row | undefined>
  /**
   * The row of a SELECT, as JSON: times are text (ISO 8601), bytes are not to be asked for. For what
   * is read all the time: each column of an answer costs the driver more than reading the whole row at once.
   */
  rowAsJson<Row>(statement: Prisma.Sql): Promise<Row | undefined>
  /** How many rows the statement touched. */
  run(statement: Prisma.Sql): Promise<number>
}

const attempts = 3

export function createQuery(driver: SqlQueryable): Query {
  async function rows<Row>(statement: Prisma.Sql): Promise<Row[]> {
    return decodeRows(await ask(statement, query => driver.queryRaw(query)))
  }
  return {
    rows,
    async row<Row>(statement: Prisma.Sql): Promise<Row | undefined> {
      return (await rows<Row>(statement))[0]
    },
    async rowAsJson<Row>(statement: Prisma.Sql): Promise<Row | undefined> {
      return (await rows<{ row: Row }>(Prisma.sql`SELECT to_json(found) AS row FROM (${statement}) AS found`))[0]?.row
    },
    run: statement => ask(statement, query => driver.executeRaw(query))
  }
}

type DriverQuery = Parameters<SqlQueryable['queryRaw']>[0]

/** The driver looks at types for what JSON cannot carry. Our values are what they are, and the SQL casts them. */
const scalar: DriverQuery['argTypes'][number] = { scalarType: 'unknown', arity: 'scalar' }
const list: DriverQuery['argTypes'][number] = { scalarType: 'unknown', arity: 'list' }

function toDriverQuery({ text, values }: Prisma.Sql): DriverQuery {
  return { sql: text, args: values, argTypes: values.map(value => Array.isArray(value) ? list : scalar) }
}

/** The driver keeps the last hundred queries for whoever debugs it. Their values may be secrets, and are garbage by then. */
function forget(query: DriverQuery): void {
  query.sql = ''
  query.args = query.argTypes = []
}

/** The server's error code (SQLSTATE) that a fault carries, if it came from the server. */
function sqlStateOf(fault: unknown): string | undefined {
  const { cause, code, severity } = fault as { cause?: { originalCode?: unknown }; code?: unknown; severity?: unknown }
  if (typeof cause?.originalCode === 'string') return cause.originalCode
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined
}

/**
 * A deadlock or a write conflict undid the whole statement, which is the whole act: it may simply run again.
 */
async function ask<T>(statement: Prisma.Sql, send: (query: DriverQuery) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const query = toDriverQuery(statement)
    try {
      return await send(query)
    } catch (fault) {
      const state = sqlStateOf(fault)
      if (attempt < attempts && (state === '40P01' || state === '40001')) continue
      throw translateFault(fault)
    } finally {
      forget(query)
    }
  }
}

/**
 * Reasons by SQLSTATE: whole codes first, then classes. What is not listed is a mistake of ours and stays as
 * it is.
 */
const reasonsByState: Record<string, Reason> = {
  '25006': 'database/read-only',
  // A database that is being copied or renamed takes no connection.
  '55000': 'database/shutting-down',
  '55P03': 'database/lock-timeout',
  '57014': 'database/statement-timeout',
  '08': 'database/connection-lost',
  '25': 'database/transaction-state',
  '28': 'database/access-denied',
  '3D': 'database/missing',
  '40': 'database/conflict',
  '53': 'database/out-of-resources',
  '57': 'database/shutting-down',
  '58': 'database/system-error',
  'XX': 'database/system-error'
}

export function translateFault(fault: unknown): unknown {
  if (fault instanceof CountersignError) return fault
  const state = sqlStateOf(fault)
  if (state !== undefined) {
    const reason = reasonsByState[state] ?? reasonsByState[state.slice(0, 2)]
    return reason === undefined ? ourMistake(state, fault) : unavailable(reason, fault)
  }
  const reason = reasonWithoutState(fault)
  return reason === undefined ? fault : unavailable(reason, fault)
}

/**
 * The driver's own error names a kind at best; the log should tell what the server said, unless it is about a value (class
 * 22), which it would quote.
 */
function ourMistake(state: string, fault: unknown): unknown {
  const { cause } = fault as { cause?: { originalMessage?: unknown } }
  if (typeof cause?.originalMessage !== 'string') return fault
  const said = state.startsWith('22') ? 'a value is not what it should be' : cause.originalMessage
  return new Error(`the database refused a statement (SQLSTATE ${state}): ${said}`)
}

const reasonsByKind: Record<string, Reason> = {
  DatabaseNotReachable: 'database/unreachable',
  ConnectionClosed: 'database/connection-lost',
  SocketTimeout: 'database/connection-lost',
  TlsConnectionError: 'database/tls'
}

/**
 * The driver has no codes for its own faults: these sentences are all that pg 8 and pg-pool 3 say of them.
 */
const reasonsByMessage: [RegExp, Reason][] = [
  [/timeout exceeded when trying to connect/, 'database/pool-exhausted'],
  [/Query read timeout/, 'database/answer-timeout'],
  [/connection timeout/, 'database/unreachable'],
  [/Connection terminated|not queryable|connection error/, 'database/connection-lost'],
  [/after calling end on the pool/, 'database/closed'],
  [/TLS|SSL/, 'database/tls']
]

function reasonWithoutState(fault: unknown): Reason | undefined {
  if (!(fault instanceof Error)) return undefined
  const { code, cause } = fault as Error & { code?: unknown; cause?: { kind?: string } }
  const kind = cause?.kind
  if (kind !== undefined) return reasonsByKind[kind]
  // The operating system's own: ENOENT for a missing Unix socket, EHOSTUNREACH, EPIPE and their kin.
  if (typeof code === 'string' && /^E[A-Z]{3,}$/.test(code)) return 'database/unreachable'
  return reasonsByMessage.find(([pattern]) => pattern.test(fault.message))?.[1]
}
