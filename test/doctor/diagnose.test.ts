import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import t from 'tap'
import { diagnose } from '../../src/doctor/diagnose.ts'
import { readConfig } from '../../src/config.ts'

const diagnoseWith = (environment: Record<string, string>) => diagnose(() => readConfig(environment), async () => [])
const faultsOf = async (environment: Record<string, string>) =>
  (await diagnoseWith(environment)).filter(({ level }) => level === 'fail')

t.test('before the first start nothing is wrong and nothing is made', async t => {
  const folder = t.testdir()
  const findings = await diagnoseWith({
    DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), PORT: '0', ADMIN_PORT: '0'
  })
  t.ok(findings.every(({ level }) => level === 'ok'), { findings })
  t.strictSame(readdirSync(folder), [])
})

t.test('every fault of the configuration is a finding', async t => {
  const faults = await faultsOf({ PORT: 'x', ADMIN_PORT: '70000', DATABASE_URL: 'postgresql://127.0.0.1/x' })
  t.match(faults, [{ message: /^PORT/ }, { message: /^ADMIN_PORT/ }, { message: /REDIS_URL/ }])
})

t.test('with everything broken each part is told, and no password', async t => {
  const keysDir = t.testdir({ 'master.key': 'not a key\n' })
  const faults = await faultsOf({
    DATABASE_URL: 'postgresql://u:hidden-password@127.0.0.1:1/x', REDIS_URL: 'redis://:hidden-password@127.0.0.1:1', KEYS_DIR: keysDir,
    PORT: '0', ADMIN_PORT: '0'
  })
  t.match(faults, [{ check: 'master key', message: /32 random bytes/ }, { check: 'database' }, { check: 'redis' }])
  t.notMatch(JSON.stringify(faults), /hidden-password/)
})

t.test('a data folder that is no database is told', async t => {
  const folder = t.testdir({ data: { pgdata: 'a file' }, keys: {} })
  const faults = await faultsOf({ DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), PORT: '0', ADMIN_PORT: '0' })
  t.match(faults, [{ check: 'database', remedy: /DATA_DIR/ }])
})

t.test('a port that another program holds is told', async t => {
  const squatter = createServer(socket => socket.end('no HTTP')).listen(0, '127.0.0.1')
  t.teardown(() => squatter.close())
  await once(squatter, 'listening')
  const { port } = squatter.address() as AddressInfo
  const folder = t.testdir()
  const environment = { DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys') }
  t.match(await faultsOf({ ...environment, PORT: String(port), ADMIN_PORT: '0' }), [{ check: 'listeners', remedy: /PORT/ }, { check: 'issuer' }])
  t.match(await faultsOf({ ...environment, PORT: '39000', ADMIN_PORT: '39000' }), [{ check: 'listeners', message: /both 39000/ }])
})
