import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { loadMasterKeys } from '../../src/keys/master-key.ts'
import { systemRandom as random } from '../../src/system.ts'

t.test('in development a master key is made once, for its owner alone', async t => {
  const file = path.join(t.testdir(), 'keys', 'master.key')
  const [made, ...more] = loadMasterKeys({ file, mayCreate: true, random })
  t.equal(made?.bytes.length, 32)
  t.match(made?.id, /^[0-9a-f]{12}$/)
  t.strictSame(more, [])
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.notMatch(readFileSync(file, 'utf8'), made!.id)
  t.strictSame(loadMasterKeys({ file, mayCreate: true, random }), [made])
})

t.test('in production a missing master key stops the start and says what to do', async t => {
  const file = path.join(t.testdir(), 'master.key')
  t.throws(() => loadMasterKeys({ file, mayCreate: false, random }), /There is no master key at .*openssl rand -base64 32.*MASTER_KEY_FILE/)
})

t.test('each line is a key, the first of them current', async t => {
  const file = path.join(t.testdir(), 'master.key')
  const lines = [random.bytes(32), random.bytes(32)].map(bytes => bytes.toString('base64'))
  writeFileSync(file, `${lines.join('\n')}\n\n`)
  t.strictSame(loadMasterKeys({ file, mayCreate: false, random }).map(key => key.bytes.toString('base64')), lines)
})

t.test('a file that holds anything else is refused without showing it', async t => {
  const file = path.join(t.testdir(), 'master.key')
  for (const text of ['', 'sesame', Buffer.alloc(16, 1).toString('base64'), `${Buffer.alloc(32, 1).toString('base64')}\nsesame`]) {
    writeFileSync(file, text)
    t.throws(() => loadMasterKeys({ file, mayCreate: true, random }), /must hold 32 random bytes in base64 on each line/)
    try {
      loadMasterKeys({ file, mayCreate: true, random })
    } catch (error) {
      t.notMatch((error as Error).message, /sesame|AQEB/)
    }
  }
})
