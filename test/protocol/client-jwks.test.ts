import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { assertionAlgorithms, findJwksFault, fitsAlgorithm, usableKeys } from '../../src/protocol/client-jwks.ts'

const jwkOf = ({ publicKey }: { publicKey: KeyObject }) => ({ ...publicKey.export({ format: 'jwk' }) }) as Record<string, unknown>
const rsaOf = (modulusLength: number) => jwkOf(generateKeyPairSync('rsa', { modulusLength }))
const ecOf = (namedCurve: string) => jwkOf(generateKeyPairSync('ec', { namedCurve }))

const [rsa, weak, almost] = [rsaOf(2048), rsaOf(1024), rsaOf(2040)]
const [p256, p384] = [ecOf('P-256'), ecOf('P-384')]
const [ed25519, x25519] = [jwkOf(generateKeyPairSync('ed25519')), jwkOf(generateKeyPairSync('x25519'))]

t.test('a key is for its own algorithms alone', async t => {
  const fits = (jwk: object) => assertionAlgorithms.filter(algorithm => fitsAlgorithm(jwk as Record<string, unknown>, algorithm))
  t.strictSame(fits(rsa), ['RS256', 'PS256'])
  t.strictSame(fits({ ...rsa, alg: 'PS256' }), ['PS256'])
  t.strictSame(fits(p256), ['ES256'])
  t.strictSame(fits(ed25519), ['EdDSA', 'Ed25519'])
  t.strictSame(fits({ ...rsa, alg: 'HS256' }), [])
  for (const algorithm of ['none', 'HS256', 'RS512', 'toString', '__proto__', '']) {
    t.notOk([rsa, p256, ed25519, { kty: 'oct', k: 'AA' }].some(jwk => fitsAlgorithm(jwk, algorithm)), algorithm)
  }
})

t.test('public keys for signatures can be registered', async t => {
  for (const keys of [[rsa], [p256], [ed25519], [{ ...rsa, kid: 'a', use: 'sig', alg: 'RS256' }, { ...p256, kid: 'b', key_ops: ['verify'] }]]) {
    t.equal(findJwksFault({ keys }), undefined)
  }
})

t.test('private, weak and other keys are refused with a sentence', async t => {
  const cases: Array<[unknown, RegExp]> = [
    [{ ...rsa, d: 'AA' }, /private or secret/], [{ ...p256, d: 'AA' }, /private or secret/], [{ ...rsa, p: 'AA' }, /private or secret/],
    [{ kty: 'oct', k: 'c2VjcmV0' }, /private or secret/], [weak, /2048/], [almost, /2048/], [{ ...rsa, n: `AAAA${'A'.repeat(100)}` }, /2048/],
    [p384, /P-256/], [x25519, /Ed25519/], [{ ...rsa, use: 'enc' }, /signatures/], [{ ...rsa, alg: 'RSA-OAEP' }, /RS256/],
    [{ ...rsa, key_ops: ['encrypt'] }, /verifying/], [{ ...rsa, kid: 1 }, /kid/], [{ kty: 'RSA' }, /2048/], [{}, /RSA/]
  ]
  for (const [key, sentence] of cases) {
    t.match(findJwksFault({ keys: [key] }), sentence)
    t.strictSame(usableKeys({ keys: [key, ed25519] }), [ed25519], 'among published keys it is passed over')
  }
  for (const set of [undefined, null, [], 'x', {}, { keys: {} }, { keys: [1] }, { keys: [null] }]) t.match(findJwksFault(set), /list/)
  t.match(findJwksFault({ keys: [] }), /1 to 20/)
  t.match(findJwksFault({ keys: Array.from({ length: 21 }, () => p256) }), /1 to 20/)
  t.match(findJwksFault({ keys: [{ ...p256, kid: 'a' }, { ...rsa, kid: 'a' }] }), /same/)
  t.match(findJwksFault({ keys: [{ ...p256, x5c: ['A'.repeat(20_000)] }] }), /longer/)
})
