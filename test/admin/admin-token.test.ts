import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { adminTokenFile, findAdminToken, loadAdminToken } from '../../src/admin/admin-token.ts'
import { systemRandom } from '../../src/system.ts'
import { secret } from '../support/secrets.ts'

t.test('the admin token is made on first use, for its owner alone, and stays the same', async t => {
  const place = { adminToken: undefined, keysDir: path.join(t.testdir(), 'keys') }
  t.equal(findAdminToken(place), undefined)
  const token = secret(loadAdminToken(place, systemRandom))
  t.match(token, /^cs_admin_[A-Za-z0-9_-]{43}$/)
  t.equal(statSync(adminTokenFile(place)).mode & 0o777, 0o600)
  t.equal(loadAdminToken(place, systemRandom), token)
  t.equal(findAdminToken(place), token)
  t.strictSame(readdirSync(place.keysDir), ['admin-token'], 'nothing is left beside it')
})

t.test('a configured token wins and makes no file', async t => {
  const place = { adminToken: 'x'.repeat(32), keysDir: t.testdir() }
  t.equal(loadAdminToken(place, systemRandom), place.adminToken)
  t.strictSame(readdirSync(place.keysDir), [])
})

t.test('a folder that cannot be written to is a fault that names ADMIN_TOKEN_FILE', async t => {
  // A file in the place of the folder: permissions do not stop the superuser.
  const file = path.join(t.testdir(), 'keys')
  writeFileSync(file, '')
  t.throws(() => loadAdminToken({ adminToken: undefined, keysDir: path.join(file, 'inner') }, systemRandom), /ADMIN_TOKEN_FILE/)
})

t.test('a token too short to be one is refused', async t => {
  const place = { adminToken: undefined, keysDir: t.testdir({ 'admin-token': 'short\n' }) }
  chmodSync(adminTokenFile(place), 0o600)
  t.throws(() => loadAdminToken(place, systemRandom), /shorter than 32/)
})
