// PostgreSQL and Redis for tests, benchmarks and the demonstration: those that TEST_DATABASE_URL and TEST_REDIS_URL
// name, otherwise real servers of our own, on free ports of the loopback address, in a temporary folder that goes
// away with them.
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findPrograms } from './database-programs.mjs'
import { createDatabaseServer } from './database-server.mjs'
import { findFreePort } from './free-port.mjs'

/**
 * @returns { databaseUrl, redisUrl, postgres, redis, stop }: the database's user may create databases; `postgres` and
 * `redis` (absent for what was given) can be killed and started again; `stop` ends what was started here and
 * removes its files, and may be called twice
 * @throws Error that says what is missing and what to do
 */
export async function startDatabases({ say = console.error, environment = process.env } = {}) {
  const given = { databaseUrl: environment.TEST_DATABASE_URL, redisUrl: environment.TEST_REDIS_URL }
  if (given.databaseUrl && given.redisUrl) return { ...given, stop: async () => {} }
  const programs = findPrograms({ postgres: !given.databaseUrl, redis: !given.redisUrl, say })
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-databases-'))
  // PostgreSQL runs as another user than root, who has to pass through.
  chmodSync(folder, 0o711)
  const running = []
  const stop = async () => {
    await Promise.all(running.splice(0).map(server => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [postgres, redis] = await Promise.all([
      given.databaseUrl ? undefined : startPostgres({ programs, folder: path.join(folder, 'postgres'), running }),
      given.redisUrl ? undefined : startRedis({ programs, folder: path.join(folder, 'redis'), running })
    ])
    return {
      databaseUrl: given.databaseUrl || postgres.url, redisUrl: given.redisUrl || redis.url,
      postgres: postgres?.server, redis: redis?.server, stop
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startPostgres({ programs, folder, running }) {
  const identity = programs.postgresUser
  mkdirSync(folder, { mode: 0o700 })
  if (identity) chownSync(folder, identity.uid, identity.gid)
  const data = path.join(folder, 'data')
  const options = { ...identity, cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } }
  const made = spawnSync(programs.initdb, [
    '--pgdata', data, '--username', 'countersign', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C',
    '--no-sync'
  ], options)
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.error?.message ?? made.stderr}`)
  const port = await findFreePort()
  const server = createDatabaseServer(programs.postgres, {
    // Another time zone than UTC, on purpose: a client that forgets to set its own shows here and not in the
    // field.
    arguments: [
      '-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1',
      '-c', 'max_connections=300', '-c', 'timezone=America/St_Johns', '-c', 'lc_messages=C',
      '-c', 'logging_collector=off'
    ],
    // SIGKILL would leave the processes that serve the connections behind.
    options, ready: 'database system is ready to accept connections', stopSignal: 'SIGINT', killSignal: 'SIGQUIT'
  })
  running.push(server)
  await server.start()
  return { url: `postgresql://countersign@127.0.0.1:${port}/postgres`, server }
}

async function startRedis({ programs, folder, running }) {
  mkdirSync(folder)
  const port = await findFreePort()
  const server = createDatabaseServer(programs.redis, {
    arguments: [
      '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no',
      '--databases', '256', '--daemonize', 'no'
    ],
    options: { cwd: folder }, ready: 'Ready to accept connections', stopSignal: 'SIGTERM', killSignal: 'SIGKILL'
  })
  running.push(server)
  await server.start()
  return { url: `redis://127.0.0.1:${port}`, server }
}
