// Programs of ours as processes of their own, for the demonstration and the benchmark: started, waited for, stopped, killed.
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds. */
const readyDeadline = 60_000
const stopDeadline = 15_000

/**
 * Starts `node <args>` and resolves once `isReady(output)` holds; looked at every few milliseconds.
 * @returns { child, output(), stop(), kill() }: `output` is what it has printed so far, its last 100,000 characters; `kill` is
 * sudden; both resolve once it has ended
 * @throws Error with its output when it ends first or takes too long
 */
export async function startNode(args, { env, cwd, isReady }) {
  const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => { output = (output + chunk).slice(-100_000) })
  }
  const ended = new Promise(resolve => {
    child.once('exit', resolve)
    child.once('error', resolve)
  })
  // It never outlives this process, however that ends.
  const endWithUs = () => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  void ended.then(() => process.off('exit', endWithUs))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const end = async signal => {
    if (hasEnded()) return
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadline)
    await ended
    clearTimeout(timer)
  }
  const stop = () => end('SIGTERM')
  const deadline = performance.now() + readyDeadline
  while (!await isReady(output)) {
    if (!hasEnded() && performance.now() < deadline) {
      await pause(5)
      continue
    }
    const problem = hasEnded() ? 'ended before it was ready' : `was not ready after ${readyDeadline / 1000} s`
    await stop()
    throw new Error(`node ${args.at(-1)} ${problem}:\n${output}`)
  }
  return { child, output: () => output, stop, kill: () => end('SIGKILL') }
}

/** Whether a URL answers 200 now. */
export async function answersOk(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

/** The environment without the service's own settings: what this shell has set is not meant for what we start. */
export function withoutSettings(configNames, environment = process.env) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !configNames.includes(name)))
}
