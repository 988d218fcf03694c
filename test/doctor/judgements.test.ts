import t from 'tap'
import { judgeDatabase, type DatabaseFacts } from '../../src/doctor/database.ts'
import { judgeIssuer } from '../../src/doctor/issuer.ts'
import { findClosedKeys } from '../../src/doctor/keys.ts'
import { judgeListener } from '../../src/doctor/listeners.ts'
import { judgeMasterKey } from '../../src/doctor/master-key.ts'
import { judgeNodeVersion } from '../../src/doctor/node-version.ts'
import { judgeRedis } from '../../src/doctor/redis.ts'
import { judgeRegistration } from '../../src/doctor/registration.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { judgeKeys } from '../../src/doctor/judge-keys.ts'
import { createSeal } from '../../src/keys/seal.ts'
import { systemRandom } from '../../src/system.ts'
import type { KeyRecord } from '../../src/stores/keys.ts'

const levels = (findings: Finding[]) => findings.map(({ level }) => level)
const worst = (findings: Finding[]) => (['fail', 'warn', 'ok'] as const).find(level => levels(findings).includes(level))

t.test('a finding that is not well says what to do', async t => {
  const bad = [
    judgeNodeVersion('v18.0.0'), ...judgeRegistration({ production: true, registration: 'open' }),
    ...judgeMasterKey({ file: 'k', production: true, mode: undefined, count: 0, fault: 'There is none' }), ...judgeKeys([], 0)
  ]
  t.ok(bad.every(({ level, remedy }) => level !== 'ok' && remedy !== undefined && remedy.endsWith('.')))
})

t.test('Node is judged by its version', async t => {
  for (const [version, level] of [['v20.18.9', 'fail'], ['v18.20.0', 'fail'], ['v20.19.0', 'ok'], ['v24.1.0', 'ok']] as const) {
    t.equal(judgeNodeVersion(version).level, level, version)
  }
})

t.test('the master key must be there in production and be read by its owner alone', async t => {
  const facts = { file: '/keys/master.key', production: true, mode: 0o100600, count: 1, fault: undefined }
  t.strictSame(levels(judgeMasterKey(facts)), ['ok'])
  t.strictSame(levels(judgeMasterKey({ ...facts, mode: 0o100644 })), ['warn'])
  t.strictSame(levels(judgeMasterKey({ ...facts, count: 0, fault: 'It is empty' })), ['fail'])
  t.strictSame(levels(judgeMasterKey({ ...facts, mode: undefined, fault: 'There is none' })), ['fail'])
  t.strictSame(levels(judgeMasterKey({ ...facts, mode: undefined, fault: 'There is none', production: false })), ['ok'])
})

t.test('the database is judged by what could lose or falsify something', async t => {
  const examination = { version: '15.5', timeZone: 'UTC', synchronousCommit: 'on', clockAhead: 0.1, pending: [], keys: [] }
  const judge = (change: object, embedded = false) =>
    worst(judgeDatabase({ state: 'examined', embedded, examination: { ...examination, ...change } }))
  t.equal(judge({}), 'ok')
  t.equal(judge({ pending: ['20300101000000_more'] }), 'fail')
  t.equal(judge({ pending: ['20300101000000_more'] }, true), 'ok', 'the next start of the embedded one applies it')
  t.equal(judge({ timeZone: 'America/St_Johns' }), 'fail')
  t.equal(judge({ synchronousCommit: 'off' }), 'fail')
  t.equal(judge({ synchronousCommit: 'remote_apply' }), 'ok')
  for (const clockAhead of [5.1, -5.1]) t.equal(judge({ clockAhead }), 'fail')
  for (const clockAhead of [4.9, -4.9]) t.equal(judge({ clockAhead }), 'ok')
  const broken: DatabaseFacts = { state: 'broken', embedded: false, fault: 'connect ECONNREFUSED' }
  t.match(judgeDatabase(broken), [{ level: 'fail', message: /ECONNREFUSED/, remedy: /DATABASE_URL/ }])
  t.strictSame(levels(judgeDatabase({ state: 'none' })), ['ok'])
})

t.test('Redis is judged by version, policy and clock', async t => {
  const examination = { version: '7.0.15', maxmemoryPolicy: 'allkeys-lru', maxmemory: 0, clockAhead: 0 }
  t.equal(worst(judgeRedis(examination)), 'ok', 'without a limit nothing is thrown away')
  t.equal(worst(judgeRedis({ ...examination, maxmemory: 1 })), 'warn')
  t.equal(worst(judgeRedis({ ...examination, maxmemory: 1, maxmemoryPolicy: 'noeviction' })), 'ok')
  t.equal(worst(judgeRedis({ ...examination, version: '6.0.9' })), 'fail')
  t.equal(worst(judgeRedis({ ...examination, version: '6.2.0' })), 'ok')
  t.equal(worst(judgeRedis({ ...examination, clockAhead: -60 })), 'warn')
})

t.test('one key signs, another waits, and each must open', async t => {
  const master = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) })
  const seal = createSeal([master('one', 1)], systemRandom)
  const key = (position: number, activeFrom: number): KeyRecord => ({
    kid: `k${position}`, purpose: 'mac', position, algorithm: 'HS256', publicJwk: undefined, createdAt: new Date(0),
    activeFrom: new Date(activeFrom), removedAt: undefined, ...seal.seal(`k${position}`, Buffer.alloc(32, position))
  })
  const keys = [key(1, 0), key(2, 9000)]
  const judge = (records: KeyRecord[], now = 1000) => judgeKeys(records, now).find(({ message }) => message.includes('refresh-token'))!.level
  t.equal(judge(keys), 'ok')
  t.equal(judge(keys.slice(0, 1)), 'warn', 'no standby')
  t.equal(judge([]), 'warn', 'none at all')
  t.equal(judge(keys, -1), 'warn', 'none whose time has come')
  t.strictSame(levels(findClosedKeys(keys, seal)), ['ok'])
  t.match(findClosedKeys(keys, createSeal([master('two', 2)], systemRandom)), [
    { level: 'fail', message: /sealed under the master key one/ }, { level: 'fail' }
  ])
  const swapped = [{ ...keys[0]!, sealed: keys[1]!.sealed }]
  t.match(findClosedKeys(swapped, seal), [{ level: 'fail', message: /altered/ }])
})

t.test('a listener is free, ours and ready, ours and not, or another program', async t => {
  const about = { name: 'admin', url: 'http://127.0.0.1:3001', variable: 'ADMIN_PORT' }
  const ok = { status: 200, body: { status: 'ok' } }
  t.equal(judgeListener({ ...about, health: 'refused', readiness: 'refused' }).level, 'ok')
  t.equal(judgeListener({ ...about, health: ok, readiness: { status: 200, body: {} } }).level, 'ok')
  t.match(judgeListener({ ...about, health: ok, readiness: { status: 503, body: {} } }), { level: 'fail', remedy: /readyz/ })
  t.match(judgeListener({ ...about, health: 'silent', readiness: 'silent' }), { level: 'fail', remedy: /ADMIN_PORT/ })
  t.equal(judgeListener({ ...about, health: { status: 200, body: undefined }, readiness: 'silent' }).level, 'fail')
})

t.test('the issuer must answer with its own name, where it answers', async t => {
  const issuer = 'http://127.0.0.1:3000'
  t.equal(judgeIssuer(issuer, { status: 200, body: { issuer } }).level, 'ok')
  t.equal(judgeIssuer(issuer, 'refused').level, 'ok')
  t.match(judgeIssuer(issuer, { status: 200, body: { issuer: 'http://localhost:3000' } }), { level: 'fail', remedy: /ISSUER/ })
  t.equal(judgeIssuer(issuer, { status: 404, body: {} }).level, 'fail')
  t.equal(judgeIssuer(issuer, 'silent').level, 'fail')
})
