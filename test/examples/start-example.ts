import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Test } from 'tap'
import { prepare } from '../../scripts/prepare.mjs'
import { until } from '../support/until.ts'

export const python = process.env['PYTHON_PATH'] ?? '/usr/bin/python3'

/** What an example may be written in: its program, and what runs it. */
const languages = [['.mjs', process.execPath], ['.py', python]] as const

/**
 * Runs an application of examples/ in a process of its own, until the test ends. Answers what it has printed so far.
 *
 * @param name its folder, and after a slash the program where that is not `server`
 */
export async function startExample(t: Test, name: string, environment: Record<string, string>): Promise<() => string> {
  // The resource server takes the library as anybody does: by its name, built.
  await prepare()
  const root = path.resolve(import.meta.dirname, '../..')
  const file = path.join(root, 'examples', name.includes('/') ? name : `${name}/server`)
  const [suffix, program] = languages.find(([suffix]) => existsSync(file + suffix))!
  const child = spawn(program, [file + suffix], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...environment }
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
  return () => printed
}
