import { hash as argon2Hash } from '@node-rs/argon2'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import t from 'tap'
import { createPasswords } from '../../src/accounts/passwords.ts'
import { createTestClock } from '../support/clock.ts'
import { createTestLog } from '../support/log.ts'
import { createTestMetrics } from '../support/metrics.ts'

function open() {
  const log = createTestLog()
  const metrics = createTestMetrics()
  return { log, metrics, passwords: createPasswords({ clock: createTestClock(), log, metrics }) }
}

const password = 'correct horse battery staple'
const weak = { memoryCost: 4096, timeCost: 1, parallelism: 1 }

t.test('a new hash is argon2id of the strength promised, and only its password matches', async t => {
  const { passwords } = open()
  const hash = await passwords.hash(password)
  t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  t.equal(await passwords.verify(hash, password), true)
  t.equal(await passwords.verify(hash, `${password} `), false)
  t.equal(await passwords.verify(hash, password.toUpperCase()), false)
  t.equal(passwords.needsUpgrade(hash), false)
  t.not(await passwords.hash(password), hash)
})

t.test('a password matches however a keyboard composes it, and is never truncated', async t => {
  const { passwords } = open()
  const composed = await passwords.hash('caf\u00e9 cr\u00e8me')
  t.equal(await passwords.verify(composed, 'cafe\u0301 cre\u0300me'), true)
  t.equal(await passwords.verify(composed, 'cafe creme'), false)
  const long = '\u{1f600}'.repeat(256)
  t.equal(await passwords.verify(await passwords.hash(long), `${long.slice(0, -2)}\u{1f601}`), false)
  t.equal(await passwords.verify(await passwords.hash('before\0after'), 'before\0other'), false)
})

t.test('a lone surrogate does not match the replacement character', async t => {
  const { passwords } = open()
  const hash = await passwords.hash('password\ufffd')
  t.equal(await passwords.verify(hash, 'password\ud800'), false)
})

t.test('imported bcrypt hashes of every spelling verify and want an upgrade', async t => {
  const { passwords } = open()
  const hash = await bcryptHash(password, 4)
  for (const version of ['$2a$', '$2b$', '$2y$']) {
    const imported = version + hash.slice(4)
    t.equal(await passwords.verify(imported, password), true, version)
    t.equal(await passwords.verify(imported, 'another password'), false)
    t.equal(passwords.needsUpgrade(imported), true)
  }
})

t.test('what bcrypt would cut off opens nothing', async t => {
  const { passwords } = open()
  const full = 'x'.repeat(72)
  t.equal(await passwords.verify(await bcryptHash(full, 4), full), true)
  t.equal(await passwords.verify(await bcryptHash(full, 4), `${full}y`), false)
  t.equal(await passwords.verify(await bcryptHash(`${full}y`, 4), `${full}y`), false)
  t.equal(await passwords.verify(await bcryptHash('short', 4), 'short\0rest'), false)
  t.equal(await passwords.verify(await bcryptHash('\u00e9'.repeat(36), 4), '\u00e9'.repeat(37)), false)
})

t.test('weaker argon2 verifies and wants an upgrade; stronger does not', async t => {
  const { passwords } = open()
  const kinds = [
    [weak, true], [{ ...weak, algorithm: 1 }, true], [{ memoryCost: 65_536, timeCost: 1 }, true],
    [{ memoryCost: 19_456, timeCost: 2, algorithm: 0 }, true], [{ memoryCost: 19_456, timeCost: 3 }, false],
    [{ memoryCost: 24_576, timeCost: 2, parallelism: 4 }, false]
  ] as const
  for (const [parameters, needsUpgrade] of kinds) {
    const hash = await argon2Hash(password, parameters)
    t.equal(await passwords.verify(hash, password), true, hash)
    t.equal(passwords.needsUpgrade(hash), needsUpgrade, hash)
  }
})

t.test('a hash that cannot be read, or costs too much, is false and logged without itself', async t => {
  const { passwords, log, metrics } = open()
  const [good, tail] = ['$argon2id$v=19$m=19456,t=2,p=1$', `$c2FsdHNhbHRzYWx0c2FsdA$${'A'.repeat(43)}`]
  const unreadable = ['', 'plain text', '$2b$04$tooshort', '$1$md5$crypt', `${good}AAAA`, `${good}c2FsdHNhbHQ$AAAAAAAA`]
  const expensive = [
    `$argon2id$v=19$m=4194304,t=1,p=1${tail}`, `$argon2id$v=19$m=1048576,t=9,p=1${tail}`,
    `$argon2id$v=19$m=8192,t=4000000000,p=1${tail}`, `$2b$31$${'a'.repeat(53)}`
  ]
  for (const hash of [...unreadable, ...expensive]) {
    t.equal(await passwords.verify(hash, password), false, hash)
    t.equal(passwords.needsUpgrade(hash), true)
  }
  const reasons = log.lines.map(line => (line.fields as { reason: string }).reason)
  t.same(reasons, [
    ...unreadable.map(() => 'passwords/hash-unreadable'), ...expensive.map(() => 'passwords/hash-too-expensive')
  ])
  t.notMatch(JSON.stringify(log.lines), /argon2id|\$2b|correct horse/)
  // As much work as for an address that nobody has.
  t.equal(metrics.taken.length, unreadable.length + expensive.length)
})

t.test('an address that nobody has costs one hash of today\'s strength', async t => {
  const { passwords, metrics } = open()
  t.equal(await passwords.verifyAgainstNobody(password), false)
  await passwords.verify(await passwords.hash(password), password)
  t.same(metrics.taken.map(({ name, labels }) => [name, labels]),
    Array(3).fill(['countersign_password_hash_seconds', { algorithm: 'argon2' }]))
})

t.test('a flood is refused beyond the queue, and what was let in is answered', async t => {
  const { passwords } = open()
  const hash = await argon2Hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 })
  const results = await Promise.allSettled(Array.from({ length: 300 }, () => passwords.verify(hash, password)))
  const refused = results.filter(result => result.status === 'rejected')
  t.equal(refused.length, 300 - 130)
  t.match(refused[0]!.reason, { reason: 'passwords/overloaded', retryAfter: 1 })
  t.ok(results.every(result => result.status === 'rejected' || result.value))
})
