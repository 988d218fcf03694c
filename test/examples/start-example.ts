import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Test } from 'tap'
import { until } from '../support/until.ts'

/** Runs an application of examples/ in a process of its own, until the test ends. */
export async function startExample(t: Test, name: string, environment: Record<string, string>): Promise<void> {
  const root = path.resolve(import.meta.dirname, '../..')
  const child = spawn(process.execPath, [path.join(root, 'examples', name, 'server.mjs')], {
    cwd: root, env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe']
  })
  const killChild = () => void child.kill('SIGKILL')
  process.once('exit', killChild)
  const ended = once(child, 'close')
  t.teardown(async () => {
    killChild()
    await ended
    process.off('exit', killChild)
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => { printed += chunk })
  }
  await until(`the example ${name} listens`, () => {
    if (child.exitCode !== null) throw new Error(`The example ${name} ended at once:\n${printed}`)
    return printed.includes('Listening at')
  }, 30_000)
}
