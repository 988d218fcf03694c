// PostgreSQL and Redis for tests and benchmarks: those that TEST_DATABASE_URL and TEST_REDIS_URL name,
// otherwise real servers of our own, on free ports of the loopback address, in a temporary folder that goes
// away with them.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findPrograms } from './database-programs.mjs'

const startDeadline = 60_000
const stopDeadline = 10_000

/**
 * @returns { databaseUrl, redisUrl, stop }: the database's user may create databases; `stop` ends what was
 * started here and removes its files, and may be called twice
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
    await Promise.all(running.splice(0).map(stopServer))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [databaseUrl, redisUrl] = await Promise.all([
      given.databaseUrl || startPostgres({ programs, folder: path.join(folder, 'postgres'), running }),
      given.redisUrl || startRedis({ programs, folder: path.join(folder, 'redis'), running })
    ])
    return { databaseUrl, redisUrl, stop }
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
  await startServer(programs.postgres, {
    // Another time zone than UTC, on purpose: a client that forgets to set its own shows here and not in the
    // field.
    arguments: [
      '-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1',
      '-c', 'max_connections=300', '-c', 'timezone=America/St_Johns', '-c', 'lc_messages=C',
      '-c', 'logging_collector=off'
    ],
    options, running, ready: 'database system is ready to accept connections', stopSignal: 'SIGINT'
  })
  return `postgresql://countersign@127.0.0.1:${port}/postgres`
}

async function startRedis({ programs, folder, running }) {
  mkdirSync(folder)
  const port = await findFreePort()
  await startServer(programs.redis, {
    arguments: [
      '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no',
      '--databases', '256', '--daemonize', 'no'
    ],
    options: { cwd: folder }, running, ready: 'Ready to accept connections', stopSignal: 'SIGTERM'
  })
  return `redis://127.0.0.1:${port}`
}

/** Resolves once the server's log has the line `ready`; rejects with that log when the server ends before. */
function startServer(program, { arguments: parameters, options, running, ready, stopSignal }) {
  // Detached, so that Ctrl-C reaches this process alone, which then stops the servers after the tests.
  const child = spawn(program, parameters, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise(resolve => {
    child.once('exit', resolve)
    child.once('error', resolve)
  })
  running.push({ child, ended, stopSignal })
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = problem => reject(new Error(`${path.basename(program)} ${problem}:\n${log}`))
    const timer = setTimeout(() => fail(`was not ready after ${startDeadline / 1000} s`), startDeadline)
    const read = chunk => {
      log = (log + chunk).slice(-20_000)
      if (log.includes(ready)) settle(resolve)
    }
    const settle = act => {
      clearTimeout(timer)
      act()
    }
    // Both streams are read to the end, whatever has been decided, so that a full pipe never blocks the
    // server.
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', error => settle(() => fail(`cannot be started (${error.message})`)))
    child.once('exit', () => settle(() => fail('ended before it was ready')))
  })
}

async function stopServer({ child, ended, stopSignal }) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill(stopSignal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadline)
  await ended
  clearTimeout(timer)
}

export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
