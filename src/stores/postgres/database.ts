import path from 'node:path'
import pg from 'pg'
import type { Log } from '../../ports/log.ts'
import { lockDataFolder } from './data-lock.ts'
import { listPending, migrate, type MigrationConnection } from './migrate.ts'
import { openDriver } from './open-driver.ts'
import { createQuery, translateFault, type Query } from './query.ts'

/**
 * The PostgreSQL stores. This folder owns every SQL statement and all that is particular to PostgreSQL:
 * connections, migrations, which fault means "away". It knows the store interfaces and rows; it must not know
 * HTTP, tokens or any rule of the protocol beyond what a single statement has to decide.
 *
 * Every act is one statement. Whether the database is a server or embedded in this process is settled in this
 * file.
 */

export interface Database {
  query: Query
  kind: 'postgresql' | 'embedded'
  /** Applies what is pending; returns the names of what it applied. */
  migrate(): Promise<string[]>
  pendingMigrations(): Promise<string[]>
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** A PostgreSQL URL; without one the database is embedded, in `<dataDir>/pgdata`. */
  url?: string | undefined
  dataDir: string
  log: Log
  /** What the owner of the data folder tells others of itself, asked for anew each time. */
  greeting?: () => object
}

interface Connections {
  pool: pg.Pool
  /** Runs work on a connection without time limits. */
  withConnection<T>(work: (connection: MigrationConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

// Milliseconds. A client of ours hears within three seconds that the database does not answer: a request may first wait for
// a connection of the pool and then for one to be made anew.
const connectionTimeout = 1_500
const statementTimeout = 2_000
/** For a network that died without a word; longer than the server's own limit, which tells more. */
const answerTimeout = 2_500

/** Does not fail while a PostgreSQL server is away. @throws DataFolderInUse (embedded only) */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, log } = options
  const connections = url === undefined ? await openEmbedded(options) : connectToServer(url)
  connections.pool.on('error', error => {
    const { code = error.name } = error as NodeJS.ErrnoException
    log.warn({ code }, 'lost an idle database connection')
  })
  const driver = await openDriver(connections.pool)
  let closing: Promise<void> | undefined
  return {
    query: createQuery(driver),
    kind: url === undefined ? 'embedded' : 'postgresql',
    migrate: () => connections.withConnection(migrate),
    pendingMigrations: () => connections.withConnection(listPending),
    close() {
      closing ??= driver.dispose().then(() => connections.close())
      return closing
    }
  }
}

function connectToServer(url: string): Connections {
  const target = {
    ...withSessionSettings(url),
    connectionTimeoutMillis: connectionTimeout,
    keepAlive: true,
    application_name: 'countersign'
  }
  const limits = { max: 10, statement_timeout: statementTimeout, query_timeout: answerTimeout }
  const pool = new pg.Pool({ ...target, ...limits })
  return {
    pool,
    async withConnection(work) {
      const client = new pg.Client(target)
      // Without a listener a connection that breaks between two queries would end the process.
      client.on('error', () => undefined)
      try {
        await client.connect()
        return await work(client)
      } catch (error) {
        throw translateFault(error)
      } finally {
        await client.end().catch(() => undefined)
      }
    },
    close: () => pool.end()
  }
}

async function openEmbedded(options: DatabaseOptions): Promise<Connections> {
  const lock = await lockDataFolder(options.dataDir, options.greeting ?? (() => ({ pid: process.pid })))
  try {
    // Loaded here alone: it costs hundreds of megabytes that a service on a server must not pay.
    const [{ PGlite }, { PgliteStream }] = await Promise.all([
      import('@electric-sql/pglite'),
      import('./pglite-stream.ts')
    ])
    const embedded = await PGlite.create(path.join(options.dataDir, 'pgdata'))
    const pool = new pg.Pool({
      stream: () => new PgliteStream(embedded),
      max: 1,
      idleTimeoutMillis: 0,
      host: 'embedded',
      user: 'postgres',
      database: 'postgres',
      password: ''
    })
    return {
      pool,
      async withConnection(work) {
        const client = await pool.connect()
        try {
          return await work(client)
        } finally {
          client.release()
        }
      },
      async close() {
        await pool.end()
        await embedded.close()
        await lock.release()
      }
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/**
 * Options in the URL itself would override ours. The driver adapter reads times wrongly in any zone but UTC.
 * Compiling our short statements to machine code would take a hundred times longer than running them.
 */
function withSessionSettings(url: string): { connectionString: string; options: string } {
  const target = new URL(url)
  const options = target.searchParams.get('options')
  target.searchParams.delete('options')
  return { connectionString: target.href, options: `${options ?? ''} -c TimeZone=UTC -c jit=off`.trim() }
}
