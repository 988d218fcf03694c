import { randomBytes } from 'node:crypto'
import t from 'tap'
import { clientJti, grantIdFrom, grantJti } from '../../src/protocol/identifiers.ts'
import { findRevocation, isConsistent, type LiveEntry } from '../../src/protocol/revocation-rules.ts'
import { targets } from '../../src/revocation/targets/index.ts'

const grantId = grantIdFrom(100, randomBytes(10))
const claims = { jti: grantJti(grantId, randomBytes(9)), iat: 0, grant_id: grantId, sid: 'ses', sub: 'usr_1', client_id: 'web', kid: 'key-1' }
const list = (entries: Record<string, Partial<LiveEntry>>) => (kind: string, value: string): LiveEntry | undefined => {
  const entry = entries[`${kind} ${value}`]
  return entry && { seq: 1, cutoff: undefined, since: 0, ...entry }
}
const targetOf = (entries: Record<string, Partial<LiveEntry>>, of: typeof claims = claims) => findRevocation(of, targets, list(entries))?.target

t.test('each target is found under its own claim', async t => {
  const names: Record<string, string> = {
    token: claims.jti, grant: grantId, session: 'ses', user: 'usr_1', client: 'web', key: 'key-1', issuer: ''
  }
  for (const [kind, value] of Object.entries(names)) t.equal(targetOf({ [`${kind} ${value}`]: {} }), kind)
  t.equal(targetOf({ 'session usr_1': {}, 'user ses': {}, 'client key-1': {}, 'token x': {} }), undefined)
})

t.test('of several the narrowest is named', async t => {
  const all = { [`token ${claims.jti}`]: {}, 'session ses': {}, 'user usr_1': {}, 'issuer ': {} }
  t.equal(targetOf(all), 'token')
  t.equal(targetOf({ 'user usr_1': {}, 'session ses': {}, 'issuer ': {} }), 'session')
})

t.test('a cut-off covers what has a smaller number, and compares no clock', async t => {
  t.equal(targetOf({ 'user usr_1': { cutoff: 101 } }), 'user')
  t.equal(targetOf({ 'user usr_1': { cutoff: 100 } }), undefined, 'granted right after')
  t.equal(targetOf({ 'issuer ': { cutoff: 5 }, 'client web': { cutoff: 500 } }), 'client', 'a cut-off that does not cover hides no other')
  const own = { ...claims, jti: clientJti({ clientTag: 'A'.repeat(16), number: 7 }, randomBytes(9)) }
  t.equal(targetOf({ 'client web': { cutoff: 8 } }, own), 'client')
  t.equal(targetOf({ 'client web': { cutoff: 7 } }, own), undefined)
  t.equal(targetOf({ 'client web': { cutoff: 1 } }, { ...claims, jti: 'none of ours' }), 'client', 'nothing speaks for a strange jti')
})

t.test('claims have to agree with the jti', async t => {
  t.ok(isConsistent(claims))
  t.ok(isConsistent({ jti: claims.jti }))
  t.notOk(isConsistent({ jti: claims.jti, grant_id: grantIdFrom(101, randomBytes(10)) }))
  t.notOk(isConsistent({ jti: 'x' }))
  t.notOk(isConsistent({ jti: clientJti({ clientTag: 'A'.repeat(16), number: 7 }, randomBytes(9)), grant_id: grantId }))
})
