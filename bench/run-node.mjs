// A program of ours that is given a text and answers with one.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** What the program printed. @throws Error with what it complained of */
export async function runNode(program, input) {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  const [printed, complaints, code] = await Promise.all([
    text(child.stdout), text(child.stderr), new Promise(resolve => { child.once('close', resolve) })
  ])
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${complaints.slice(-2000)}`)
  return printed
}
