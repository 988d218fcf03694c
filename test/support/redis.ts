import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { findFreePort } from '../../scripts/free-port.mjs'
import { connectRedis, type RedisConnection } from '../../src/stores/redis/connection.ts'
import { createTestLog } from './log.ts'

/** A Redis of one test's own, which it may kill, stop and flush. */
export interface PrivateRedis {
  url: string
  pid: number
  /** Kills the process, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
  /** Makes it hang (`SIGSTOP`), and go on. */
  freeze(): void
  thaw(): void
  /** Kills it for good and removes its folder. */
  remove(): Promise<void>
}

/** The Redis that all tests share, where the runner has brought one up. */
export const sharedRedisUrl = process.env['TEST_REDIS_URL']

/** A connection to the shared Redis with a key prefix of its own. */
export async function connectShared(url: string, prefix = randomPrefix()): Promise<RedisConnection> {
  const connection = connectRedis({ url, log: createTestLog(), prefix })
  await connection.settled()
  return connection
}

export function randomPrefix(): string {
  return `test-${randomBytes(8).toString('hex')}:`
}

export async function startRedis(): Promise<PrivateRedis> {
  const folder = await mkdtemp(path.join(tmpdir(), 'countersign-redis-'))
  const port = await findFreePort()
  let child = await launch(port, folder)
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid!
    },
    kill,
    async restart() {
      await kill()
      child = await launch(port, folder)
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async remove() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const killChild = () => void child.kill('SIGKILL')
  process.once('exit', killChild)
  child.once('exit', () => process.off('exit', killChild))
  await new Promise<void>((resolve, reject) => {
    let output = ''
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server ended at once:\n${output}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ready to accept connections')) resolve()
    })
  })
  return child
}
