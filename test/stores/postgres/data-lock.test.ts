import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { askOwner, DataFolderInUse, lockDataFolder } from '../../../src/stores/postgres/data-lock.ts'

const source = new URL('../../../src/stores/postgres/data-lock.ts', import.meta.url).href

/** Another process that holds the lock until it is killed. */
async function startOwner(folder: string): Promise<ChildProcess> {
  const code = `
    import { lockDataFolder } from ${JSON.stringify(source)}
    await lockDataFolder(${JSON.stringify(folder)}, () => ({ pid: process.pid, admin: 'http://127.0.0.1:9' }))
    process.stdout.write('locked')
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', code],
    { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

t.test('a second process is refused and told who the owner is', async t => {
  const folder = t.testdir()
  const owner = await startOwner(folder)
  t.teardown(() => kill(owner))
  const refusal = await lockDataFolder(folder, () => ({})).catch((error: unknown) => error)
  t.type(refusal, DataFolderInUse)
  t.match(refusal, { greeting: { pid: owner.pid, admin: 'http://127.0.0.1:9' }, message: `process ${owner.pid}` })
  t.match(await askOwner(folder), { pid: owner.pid })
})

t.test('a frozen owner is still the owner', async t => {
  const folder = t.testdir()
  const owner = await startOwner(folder)
  t.teardown(() => kill(owner))
  owner.kill('SIGSTOP')
  await t.rejects(lockDataFolder(folder, () => ({})), { name: 'DataFolderInUse', greeting: undefined })
})

t.test('the lock of a killed process is taken over, by one of many', async t => {
  const folder = t.testdir()
  await kill(await startOwner(folder))
  t.equal(await askOwner(folder), undefined)
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, (_, place) => lockDataFolder(folder, () => ({ place })))
  )
  const held = answers.flatMap(answer => answer.status === 'fulfilled' ? [answer.value] : [])
  const refusals = answers.flatMap(answer => answer.status === 'rejected' ? [answer.reason as unknown] : [])
  t.ok(held.length <= 1, `${held.length} hold it`)
  t.ok(refusals.every(refusal => refusal instanceof DataFolderInUse))
  for (const lock of held) await lock.release()
  const lock = await lockDataFolder(folder, () => ({}))
  await lock.release()
  t.same(readdirSync(folder), [], 'nothing is left behind')
})

t.test('the greeting is asked for anew each time', async t => {
  const folder = t.testdir()
  let ready = false
  const lock = await lockDataFolder(folder, () => ({ ready }))
  t.same(await askOwner(folder), { ready: false })
  ready = true
  t.same(await askOwner(folder), { ready: true })
  await lock.release()
  t.equal(await askOwner(folder), undefined)
  t.equal(await askOwner(path.join(folder, 'missing')), undefined)
})

t.test('a folder whose path is too long for a socket is locked all the same',
  { skip: process.platform !== 'linux' && 'only Linux reaches a folder through a descriptor' }, async t => {
    const folder = path.join(t.testdir(), 'd'.repeat(120))
    mkdirSync(folder)
    const lock = await lockDataFolder(folder, () => ({ pid: 1 }))
    await t.rejects(lockDataFolder(folder, () => ({})), { name: 'DataFolderInUse', greeting: { pid: 1 } })
    await lock.release()
    t.same(readdirSync(folder), [])
  })
