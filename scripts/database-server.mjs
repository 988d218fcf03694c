// One process of PostgreSQL or Redis: started, waited for, stopped, killed and started again.
import { spawn } from 'node:child_process'
import path from 'node:path'

/** Milliseconds. */
const startDeadline = 60_000
const stopDeadline = 10_000

/**
 * @param options.ready the line of its log that says that it serves
 * @returns { start(), kill(), stop() }: `start` resolves once it serves and rejects with its log when it ends before;
 * `kill` is sudden, and `start` may follow; `stop` is for good. The latter two resolve once it has ended.
 */
export function createDatabaseServer(program, { arguments: parameters, options, ready, stopSignal, killSignal }) {
  let running
  let isOver = false
  const end = async signal => {
    if (running === undefined || hasEnded(running.child)) return
    running.child.kill(signal)
    const timer = setTimeout(() => running.child.kill('SIGKILL'), stopDeadline)
    await running.ended
    clearTimeout(timer)
  }
  return {
    async start() {
      if (isOver) throw new Error(`${path.basename(program)} has been stopped`)
      running = launch(program, { parameters, options, killSignal })
      await untilReady(running.child, path.basename(program), ready)
    },
    kill: () => end(killSignal),
    stop() {
      isOver = true
      return end(stopSignal)
    }
  }
}

function launch(program, { parameters, options, killSignal }) {
  // Detached, so that Ctrl-C reaches this process alone, which then stops the servers after their users.
  const child = spawn(program, parameters, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise(resolve => {
    child.once('exit', resolve)
    child.once('error', resolve)
  })
  // It never outlives this process, however that ends.
  const endWithUs = () => child.kill(killSignal)
  process.once('exit', endWithUs)
  void ended.then(() => process.off('exit', endWithUs))
  return { child, ended }
}

function untilReady(child, name, ready) {
  return new Promise((resolve, reject) => {
    let log = ''
    const fail = problem => reject(new Error(`${name} ${problem}:\n${log}`))
    const timer = setTimeout(() => fail(`was not ready after ${startDeadline / 1000} s`), startDeadline)
    const settle = act => {
      clearTimeout(timer)
      act()
    }
    const read = chunk => {
      log = (log + chunk).slice(-20_000)
      if (log.includes(ready)) settle(resolve)
    }
    // Both streams are read to the end, whatever has been decided, so that a full pipe never blocks the
    // server.
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', error => settle(() => fail(`cannot be started (${error.message})`)))
    child.once('exit', () => settle(() => fail('ended before it was ready')))
  })
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}
