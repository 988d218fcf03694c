import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '../../scripts/free-port.mjs'
import { findPrograms } from '../../scripts/database-programs.mjs'

/** A PostgreSQL server of one test's own, which it may kill, freeze and restart. */
export interface PostgresServer {
  url: string
  /** Kills it with all its processes, as a crash of the machine would. */
  kill(): Promise<void>
  /** Starts it again on the same port and data. */
  restart(): Promise<void>
  /** Makes all its processes hang (`SIGSTOP`), and go on. */
  freeze(): void
  thaw(): void
  /** Kills it for good and removes its folder. */
  remove(): Promise<void>
}

const startDeadline = 60_000

export async function startPostgresServer(): Promise<PostgresServer> {
  const { initdb, postgres, postgresUser } = findPrograms({ postgres: true, redis: false, say: () => undefined })
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-postgres-'))
  chmodSync(folder, 0o711)
  const home = path.join(folder, 'home')
  mkdirSync(home, { mode: 0o700 })
  // PostgreSQL refuses to run as root.
  if (postgresUser) chownSync(home, postgresUser.uid, postgresUser.gid)
  const options = { ...postgresUser, cwd: home, env: { PATH: process.env['PATH'], LC_ALL: 'C' } }
  const data = path.join(home, 'data')
  const made = spawnSync(initdb!, [
    '--pgdata', data, '--username', 'countersign', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'
  ], { ...options, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.error?.message ?? made.stderr}`)
  const port = await findFreePort()
  const launch = () => untilReady(spawn(postgres!, [
    '-D', data, '-p', String(port), '-k', home, '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=60',
    '-c', 'lc_messages=C'
  ], { ...options, stdio: ['ignore', 'ignore', 'pipe'] }))
  let child = await launch()
  const signal = (name: NodeJS.Signals) => familyOf(child.pid!).forEach(pid => send(pid, name))

  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    signal('SIGKILL')
    await gone
  }
  return {
    url: `postgresql://countersign@127.0.0.1:${port}/postgres`,
    kill,
    async restart() {
      await kill()
      child = await launch()
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** The server process first, so that it starts no further one, and each of those that serve a connection. */
function familyOf(parent: number): number[] {
  const children = readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter(name => {
    try {
      // The parent is the second field behind the name, which stands in parentheses and may hold anything.
      return readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1] === String(parent)
    } catch {
      return false
    }
  })
  return [parent, ...children.map(Number)]
}

async function untilReady(child: ChildProcess): Promise<ChildProcess> {
  const killChild = () => void child.kill('SIGQUIT')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  await new Promise<void>((resolve, reject) => {
    let log = ''
    const timer = setTimeout(() => reject(new Error(`PostgreSQL was not ready in time:\n${log}`)), startDeadline)
    const settle = (act: () => void) => {
      clearTimeout(timer)
      act()
    }
    child.once('error', error => settle(() => reject(error)))
    child.once('exit', () => settle(() => reject(new Error(`PostgreSQL ended at once:\n${log}`))))
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      log = (log + chunk).slice(-10_000)
      if (log.includes('ready to accept connections')) settle(resolve)
    })
  })
  return child
}

/** A process of the server may have ended since it was counted. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
