import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { findFreePort } from '../../scripts/free-port.mjs'
import { until } from './until.ts'

/** The service in a process of its own, on free ports: to be killed, frozen and stopped like the real one. */
export interface Instance {
  /** Of the public listener. */
  url: string
  pid: number
  /** All that it has printed. */
  output(): string
  /** As a crash would. */
  kill(): Promise<void>
  /** Asks it to end and waits until it has; answers its exit code, null when something killed it. */
  stop(): Promise<number | null>
  /** Sends SIGTERM and does not wait. */
  terminate(): void
  /** Makes it hang (`SIGSTOP`), and go on. */
  freeze(): void
  thaw(): void
}

const root = path.resolve(import.meta.dirname, '../..')

/** Starts an instance and waits until it is ready. Nothing of this process's environment reaches it but the PATH. */
export async function startInstance(environment: Record<string, string>): Promise<Instance> {
  const instance = await launchInstance(environment)
  await until(`the instance is ready:\n${instance.output()}`, () => isReady(instance), 60_000).catch(async error => {
    await instance.kill()
    throw new Error(`${(error as Error).message}\n${instance.output()}`)
  })
  return instance
}

/** Starts an instance that may not become ready. */
export async function launchInstance(environment: Record<string, string>): Promise<Instance> {
  const [port, adminPort] = [await findFreePort(), await findFreePort()]
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'src/main.ts')], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment, PORT: String(port), ADMIN_PORT: String(adminPort) },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => { printed += chunk })
  }
  const killChild = () => void child.kill('SIGKILL')
  process.once('exit', killChild)
  const ended = once(child, 'close').then(([code]) => {
    process.off('exit', killChild)
    return code as number | null
  })
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    output: () => printed,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    stop() {
      child.kill('SIGTERM')
      return ended
    },
    terminate: () => void child.kill('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT')
  }
}

export async function isReady({ url }: Instance): Promise<boolean> {
  return fetch(`${url}/readyz`).then(answer => answer.status === 200, () => false)
}
