import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

export interface Ended {
  code: number | null
  out: string
  err: string
}

/** The file that the command starts with. */
export const entry = path.resolve(import.meta.dirname, '../../src/cli/main.ts')

/** The command as a process of its own. Nothing of this one's environment reaches it but the PATH. */
export async function runProcess(args: string[], environment: Record<string, string>, input = ''): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    env: { PATH: process.env['PATH'], ...environment }, stdio: 'pipe'
  })
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => { printed.out += part })
  child.stderr.setEncoding('utf8').on('data', (part: string) => { printed.err += part })
  child.stdin.end(input)
  const [code] = await once(child, 'close') as [number | null]
  return { code, ...printed }
}
