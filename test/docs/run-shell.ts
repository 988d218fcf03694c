import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import { until } from '../support/until.ts'

export interface Place {
  cwd: string
  env: Record<string, string>
}

interface Shell {
  ended: Promise<number | null>
  printed: { out: string; err: string }
  stop(): Promise<void>
}

/** In a group of its own, with all that it starts. */
function startShell(script: string, { cwd, env }: Place): Shell {
  const child = spawn('bash', ['-eo', 'pipefail', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => { printed.out += part })
  child.stderr.setEncoding('utf8').on('data', (part: string) => { printed.err += part })
  const ended = once(child, 'close').then(([status]) => status as number | null)
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const killAll = () => kill('SIGKILL')
  process.once('exit', killAll)
  void ended.then(() => process.off('exit', killAll))
  return {
    ended, printed,
    async stop() {
      killAll()
      await ended
    }
  }
}

/** Runs a block to its end. @throws Error with what it has said, when a command of it fails */
export async function runShell(script: string, place: Place): Promise<string> {
  const { ended, printed } = startShell(script, place)
  if (await ended !== 0) throw new Error(`A command failed in\n${script}\n${printed.err}`)
  return printed.out
}

/** Runs a block that goes on until the test ends, and waits until the URL is answered. */
export async function runUntilAnswered(t: Test, script: string, { url, ...place }: Place & { url: string }): Promise<void> {
  const { ended, printed, stop } = startShell(script, place)
  t.teardown(stop)
  let status: number | null | undefined
  void ended.then(code => { status = code })
  await until(`${url} is answered`, () => {
    if (status !== undefined) throw new Error(`It ended with ${status}:\n${script}\n${printed.err}`)
    return fetch(url).then(answer => answer.status < 500, () => false)
  }, 60_000)
}
