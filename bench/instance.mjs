// One instance of the service under measurement: its own process, in production mode, with a watch on its memory.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { findFreePort } from '../scripts/free-port.mjs'
import { answersOk, startNode } from '../scripts/node-process.mjs'

const root = path.resolve(import.meta.dirname, '..')
const program = path.join(root, 'dist/main.js')
/** The service runs as the image runs it. */
const [, ...command] = JSON.parse(/^CMD (\[.*\])$/m.exec(readFileSync(path.join(root, 'Dockerfile'), 'utf8'))[1])
const nodeFlags = command.filter(word => word.startsWith('--'))
const sampleInterval = 100
/** Linux's, on every architecture that Node runs on. */
const ticksPerSecond = 100

/**
 * @param args for node, before the program, such as --cpu-prof
 * @returns { url, startTime, peakMemory(), cpuTime(), output(), stop() }: milliseconds from the start to ready; mebibytes, the
 * highest resident size that was seen; seconds of processor time so far, of all its threads
 */
export async function startInstance(environment, { folder, args = [], script = program }) {
  const [port, adminPort] = [await findFreePort(), await findFreePort()]
  const url = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const { child, output, stop } = await startNode([...nodeFlags, ...args, script], {
    cwd: folder,
    env: { ...environment, PORT: String(port), ADMIN_PORT: String(adminPort) },
    isReady: () => answersOk(`${url}/readyz`)
  })
  const startTime = performance.now() - startedAt
  let peak = readMemory(child.pid)
  const timer = setInterval(() => { peak = Math.max(peak, readMemory(child.pid)) }, sampleInterval)
  return {
    url,
    startTime,
    peakMemory: () => peak,
    cpuTime: () => readCpuTime(child.pid),
    output,
    async stop() {
      clearInterval(timer)
      await stop()
    }
  }
}

/** Where there is no /proc, by a program, which costs the load some of the cores. */
function readMemory(pid) {
  const status = `/proc/${pid}/status`
  if (existsSync(status)) return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout) / 1024
}

/** By `ps`, which knows only whole seconds, where there is no /proc. */
function readCpuTime(pid) {
  const file = `/proc/${pid}/stat`
  if (existsSync(file)) {
    // The name of the program may hold spaces and brackets: the numbers come after it.
    const [user, system] = readFileSync(file, 'utf8').replace(/^.*\) /s, '').split(' ').slice(11, 13).map(Number)
    return (user + system) / ticksPerSecond
  }
  const [, days = 0, clock] = /^(?:(\d+)-)?([\d:.]+)$/.exec(spawnSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim())
  return Number(days) * 86_400 + clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}
