import type { Prisma} from '../../generated/prisma/client.ts';
import { type PrismaClient } from '../../generated/prisma/client.ts'
import { CountersignError, unavailable, type Reason } from '../../protocol/errors.ts'

/**
 * How the stores speak to the database, and the one place that tells the faults of an unreachable or
 * overloaded database (503, try again) from our own mistakes (rethrown as they are).
 */

export interface Query {
  rows<Row>(statement: Prisma.Sql): Promise<Row[]>
  row<Row>(statement: Prisma.Sql): Promise<Row | undefined>
  /** How many rows the statement touched. */
  run(statement: Prisma.Sql): Promise<number>
}

const attempts = 3

export function createQuery(prisma: PrismaClient): Query {
  const rows = <Row>(statement: Prisma.Sql): Promise<Row[]> => ask(() => prisma.$queryRaw<Row[]>(statement))
  return {
    rows,
    async row<Row>(statement: Prisma.Sql): Promise<Row | undefined> {
      return (await rows<Row>(statement))[0]
    },
    run: statement => ask(() => prisma.$executeRaw(statement))
  }
}

/** The server's error code (SQLSTATE) that a fault carries, if it came from the server. */
function sqlStateOf(fault: unknown): string | undefined {
  const { meta, code, severity } = fault as { meta?: unknown; code?: unknown; severity?: unknown }
  const cause = (meta as { driverAdapterError?: { cause?: { originalCode?: unknown } } } | undefined)
    ?.driverAdapterError?.cause
  if (typeof cause?.originalCode === 'string') return cause.originalCode
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined
}

/**
 * A deadlock or a write conflict undid the whole statement, which is the whole act: it may simply run again.
 */
async function ask<T>(statement: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await statement()
    } catch (fault) {
      const state = sqlStateOf(fault)
      if (attempt < attempts && (state === '40P01' || state === '40001')) continue
      throw translateFault(fault)
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
    return reason === undefined ? fault : unavailable(reason, fault)
  }
  const reason = reasonWithoutState(fault)
  return reason === undefined ? fault : unavailable(reason, fault)
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
  const { code, meta } = fault as Error & {
    code?: unknown
    meta?: { driverAdapterError?: { cause?: { kind?: string } } }
  }
  const kind = meta?.driverAdapterError?.cause?.kind
  if (kind !== undefined) return reasonsByKind[kind]
  // The operating system's own: ENOENT for a missing Unix socket, EHOSTUNREACH, EPIPE and their kin.
  if (typeof code === 'string' && /^E[A-Z]{3,}$/.test(code)) return 'database/unreachable'
  return reasonsByMessage.find(([pattern]) => pattern.test(fault.message))?.[1]
}
