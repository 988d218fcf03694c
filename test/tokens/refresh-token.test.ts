import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import type { OpenMacKey } from '../../src/keys/open-key.ts'
import { grantIdFrom } from '../../src/protocol/identifiers.ts'
import { isAuthentic, makeRefreshToken, parseRefreshToken, refreshProof } from '../../src/tokens/refresh-token.ts'

const key = (kid: string): OpenMacKey => ({ secret: randomBytes(32), record: { kid } as OpenMacKey['record'] })
const mac = key('bWFjLWtl')
const grant = { id: grantIdFrom(7, randomBytes(10)), generation: 3, secret: randomBytes(16) }
const token = makeRefreshToken(grant, mac)

t.test('a refresh token names its key, grant and generation, and nothing else can be read from it', async t => {
  t.match(token, /^csrt_[A-Za-z0-9_-]{78}$/)
  t.match(parseRefreshToken(token), { macKid: 'bWFjLWtl', grantId: grant.id, generation: 3 })
  t.equal(makeRefreshToken(grant, mac), token, 'made again, it is the same')
  t.notOk(Buffer.from(token.slice(5), 'base64url').includes(grant.secret))
})

t.test('its MAC covers every part, under the key and over the secret of the grant', async t => {
  const parsed = parseRefreshToken(token)!
  t.ok(isAuthentic(parsed, grant.secret, mac))
  t.notOk(isAuthentic(parsed, randomBytes(16), mac), 'another secret')
  t.notOk(isAuthentic(parsed, grant.secret, key('bWFjLWtl')), 'another MAC key')
  const bytes = Buffer.from(token.slice(5), 'base64url')
  for (const at of [0, 6, 21, 22, 25, 26, 57]) {
    const altered = Buffer.from(bytes)
    altered[at]! ^= 1
    const forged = parseRefreshToken(`csrt_${altered.toString('base64url')}`)
    t.notOk(forged && isAuthentic(forged, grant.secret, mac), `byte ${at}`)
  }
})

t.test('a database can finish the proof, and only over the right secret', async t => {
  const { innerBlock, outerBlock, macDigest } = refreshProof(parseRefreshToken(token)!, mac)
  const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const finish = (secret: Buffer) => sha256(sha256(outerBlock, sha256(innerBlock, secret)))
  t.strictSame(finish(grant.secret), macDigest)
  t.notSame(finish(randomBytes(16)), macDigest)
  t.equal(innerBlock.length, 64)
})

t.test('a token has one spelling', async t => {
  for (const other of [
    '', 'csrt_', token.slice(5), `${token}A`, token.slice(0, -1), `${token}=`, ` ${token}`, `${token}\n`, token.replace('csrt', 'CSRT'), `csrt_${'!'.repeat(78)}`,
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`.replace(/.$/, last => last === token.at(-1) ? '-' : last)
  ]) {
    const parsed = parseRefreshToken(other)
    t.notOk(parsed && isAuthentic(parsed, grant.secret, mac), other.slice(0, 20))
  }
})
