import { createHmac, createSign, generateKeyPairSync, sign, constants } from 'node:crypto'
import t from 'tap'
import { encode, goodClaims, goodHeader, onEachPlatform, otherKey, ourKey, outcomeOf, publicJwk, refusesEach, signToken } from '../scene.ts'
import type { TestClock } from '../../support/clock.ts'

/** A token that chooses how it is verified: the oldest attack on JWTs. */

const part = (clock: TestClock, alg: unknown, header: object = {}): string =>
  `${encode({ ...goodHeader, alg, ...header })}.${encode(goodClaims(clock))}`

t.test('L134: no algorithm, in whatever spelling, or none at all', refusesEach(clock => [
  ...['none', 'None', 'NONE', 'nOnE', 'none ', ''].flatMap(alg => [
    [`${JSON.stringify(alg)} without a signature`, `${part(clock, alg)}.`, 'token_malformed'],
    [`${JSON.stringify(alg)} with one`, `${part(clock, alg)}.${signToken(clock).split('.')[2]!}`]
  ] as const),
  ...[undefined, null, ['RS256'], { alg: 'RS256' }, 256, true, 'rs256', 'RS256 ', '__proto__', 'constructor', 'toString'].map(alg =>
    [`alg ${JSON.stringify(alg)}`, `${part(clock, alg)}.AAAA`] as const)
]))

t.test('L135: HMAC keyed with the public key in every form it is known in', refusesEach(clock => {
  const pem = ourKey.publicKey.export({ type: 'spki', format: 'pem' }) as string
  const jwk = publicJwk(ourKey.publicKey)
  const keys: Array<[string, string | Buffer]> = [
    ['PEM', pem], ['PEM without its last newline', pem.trimEnd()], ['PKCS #1', ourKey.publicKey.export({ type: 'pkcs1', format: 'pem' })],
    ['DER', ourKey.publicKey.export({ type: 'spki', format: 'der' })], ['JWK', JSON.stringify(jwk)],
    ['n in base64url', jwk['n'] as string], ['n', Buffer.from(jwk['n'] as string, 'base64url')], ['nothing', '']
  ]
  return keys.flatMap(([name, key]) => [256, 384, 512].map(bits => {
    const input = part(clock, `HS${bits}`)
    return [`HS${bits} with ${name}`, `${input}.${createHmac(`sha${bits}`, key).update(input).digest('base64url')}`] as const
  }))
}))

t.test('L136: another algorithm under our kid, though the signature be right', refusesEach(clock => {
  const rsa = (alg: string, digest: string, padding: number) => {
    const input = part(clock, alg)
    return [alg, `${input}.${createSign(digest).update(input).sign({ key: ourKey.privateKey, padding, saltLength: -1 }, 'base64url')}`] as const
  }
  const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { privateKey: ed } = generateKeyPairSync('ed25519')
  const [es256, eddsa] = [part(clock, 'ES256'), part(clock, 'EdDSA')]
  return [
    rsa('RS384', 'sha384', constants.RSA_PKCS1_PADDING), rsa('RS512', 'sha512', constants.RSA_PKCS1_PADDING),
    rsa('PS256', 'sha256', constants.RSA_PKCS1_PSS_PADDING),
    ['ES256', `${es256}.${sign('sha256', Buffer.from(es256), { key: ec, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`],
    ['EdDSA', `${eddsa}.${sign(null, Buffer.from(eddsa), ed).toString('base64url')}`],
    ['PS256 signed as RS256', `${part(clock, 'PS256')}.${signToken(clock).split('.')[2]!}`]
  ]
}))

t.test('K130: where several algorithms are accepted, each key still has one', async t => {
  onEachPlatform(t, async (t, { verifier, clock, publish }) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    publish({ keys: [publicJwk(ourKey.publicKey), publicJwk(publicKey, { kid: 'ec', alg: 'ES256' }), publicJwk(otherKey.publicKey, { kid: 'bare', alg: undefined })] })
    const signEc = (header: object) => {
      const input = `${encode({ ...goodHeader, ...header })}.${encode(goodClaims(clock))}`
      return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    }
    const signPss = (header: object, key = ourKey.privateKey) => {
      const input = `${encode({ ...goodHeader, ...header })}.${encode(goodClaims(clock))}`
      return `${input}.${sign('sha256', Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }).toString('base64url')}`
    }
    t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
    t.equal(await outcomeOf(verifier, signEc({ alg: 'ES256', kid: 'ec' })), 'good')
    t.equal(await outcomeOf(verifier, signEc({ alg: 'ES256' })), 'token_invalid', 'ES256 under the RSA key')
    t.equal(await outcomeOf(verifier, signToken(clock, {}, { kid: 'ec' })), 'token_invalid', 'RS256 under the EC key')
    t.equal(await outcomeOf(verifier, signPss({ alg: 'PS256' })), 'token_invalid', 'PS256 under a key for RS256')
    t.equal(await outcomeOf(verifier, signPss({ alg: 'PS256', kid: 'bare' }, otherKey.privateKey)), 'token_invalid',
      'a key that could be for two is for none')
  }, { algorithms: ['RS256', 'PS256', 'ES256'] })
})
