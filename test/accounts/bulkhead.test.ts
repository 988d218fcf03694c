import t from 'tap'
import { createBulkhead } from '../../src/accounts/bulkhead.ts'
import { createTestClock } from '../support/clock.ts'

const overloaded = { code: 'temporarily_unavailable', reason: 'passwords/overloaded', retryAfter: 1 }

/** Tasks that end when told to. */
function open(options: { width: number; queueLength: number }) {
  const clock = createTestClock()
  const bulkhead = createBulkhead({ ...options, patience: 1, clock })
  const started: Array<(error?: Error) => void> = []
  const run = () => bulkhead.run(() => new Promise<string>((resolve, reject) => {
    started.push(error => error === undefined ? resolve('done') : reject(error))
  }))
  return { clock, started, run }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

t.test('only so many tasks run at a time, and the others in order', async t => {
  const { started, run } = open({ width: 2, queueLength: 10 })
  const tasks = Array.from({ length: 5 }, run)
  await settle()
  for (const running of [2, 3, 4, 5, 5]) {
    t.equal(started.length, running)
    started[running - 2]?.()
    if (running === 5) started[4]!()
    await settle()
  }
  t.same(await Promise.all(tasks), Array(5).fill('done'))
})

t.test('beyond the queue a task is refused at once', async t => {
  const { started, run } = open({ width: 1, queueLength: 2 })
  const tasks = [run(), run(), run()]
  await t.rejects(run(), overloaded)
  await settle()
  for (let i = 0; i < 3; i++) {
    started[i]!()
    await settle()
  }
  t.equal((await Promise.all(tasks)).length, 3)
})

t.test('a task that fails frees its place', async t => {
  const { started, run } = open({ width: 1, queueLength: 1 })
  const failing = run()
  const next = run()
  await settle()
  started[0]!(new Error('broken'))
  await t.rejects(failing, { message: 'broken' })
  await settle()
  started[1]!()
  t.equal(await next, 'done')
  t.equal(started.length, 2)
})

t.test('a task whose turn comes too late is refused, and the next one runs', async t => {
  const { clock, started, run } = open({ width: 1, queueLength: 10 })
  const slow = run()
  const stale = [run(), run()]
  clock.advance(0.5)
  const fresh = run()
  clock.advance(0.6)
  await settle()
  started[0]!()
  t.equal(await slow, 'done')
  for (const task of stale) await t.rejects(task, overloaded)
  await settle()
  t.equal(started.length, 2)
  started[1]!()
  t.equal(await fresh, 'done')
})
