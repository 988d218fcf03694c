import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

/** Runs an ES module, given as text, in a process of its own in the project's folder; answers what it prints. */
export async function runScript(script: string, environment: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: path.resolve(import.meta.dirname, '../..'), env: { PATH: process.env['PATH'], ...environment } }
  )
  return stdout
}
