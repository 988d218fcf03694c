import { createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync, deflateSync, gzipSync, inflateRawSync } from 'node:zlib'
import t from 'tap'
import ts from 'typescript'
import { countInflated } from '../count-inflated.ts'
import { encode, goodHeader, onEachPlatform, ourKey, outcomeOf, signRaw, signToken } from '../scene.ts'

/** Tokens that would unpack to very much (RFC 7516 §4.1.3, RFC 8725 §3.6): none is ever unpacked. */

/** DEFLATE makes 1032 bytes of one at most: no more than this fits into what is looked at. */
const sizes = { standard: 5_700_000, most: 48_000_000, beyond: 128_000_000 }
const bombs = {
  standard: deflateRawSync(Buffer.alloc(sizes.standard), { level: 9 }),
  most: deflateRawSync(Buffer.alloc(sizes.most), { level: 9 }),
  beyond: deflateRawSync(Buffer.alloc(sizes.beyond), { level: 9 })
}

/** To the issuer's key, as anybody can encrypt who has read the JWKS: RSA-OAEP-256, A256GCM. */
function encryptToken(plain: Uint8Array): string {
  const [key, iv] = [randomBytes(32), randomBytes(12)]
  const header = encode({ alg: 'RSA-OAEP-256', enc: 'A256GCM', zip: 'DEF', typ: 'at+jwt', kid: goodHeader.kid })
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(header))
  const text = Buffer.concat([cipher.update(plain), cipher.final()])
  const sealed = publicEncrypt({ key: ourKey.publicKey, oaepHash: 'sha256' }, key)
  return [header, ...[sealed, iv, text, cipher.getAuthTag()].map(part => part.toString('base64url'))].join('.')
}

const zipped = { ...goodHeader, zip: 'DEF' }

t.test('the fixtures are what they are called', async t => {
  for (const [name, size] of Object.entries(sizes)) t.equal(inflateRawSync(bombs[name as keyof typeof bombs]).length, size, name)
})

for (const [limit, name] of [[8192, 'standard'], [65_536, 'most']] as const) {
  t.test(`L149: a bomb that fits into ${limit} characters is refused, encrypted or signed, and nothing of it is unpacked`, async t => {
    onEachPlatform(t, async (t, { verifier, clock }) => {
      const inflated = countInflated(t)
      t.equal(await outcomeOf(verifier, signToken(clock)), 'good')
      const attacks: Array<[what: string, token: string, code: string]> = [
        ['a JWE', encryptToken(bombs[name]), 'token_malformed'],
        ['a JWS that says zip', signRaw(zipped, bombs[name]), 'token_invalid'],
        ['a JWS that is a bomb and does not say so', signRaw(goodHeader, bombs[name]), 'token_malformed'],
        ['with the frame of zlib', signRaw(goodHeader, deflateSync(Buffer.alloc(sizes[name] - 100_000), { level: 9 })), 'token_malformed'],
        ['with the frame of gzip', signRaw(goodHeader, gzipSync(Buffer.alloc(sizes[name] - 100_000), { level: 9 })), 'token_malformed'],
        ['a DPoP proof', signToken(clock, { cnf: { jkt: 'A'.repeat(43) } }), 'binding_invalid']
      ]
      const dpop = signRaw({ typ: 'dpop+jwt', alg: 'RS256', jwk: ourKey.publicKey.export({ format: 'jwk' }), zip: 'DEF' }, bombs[name].subarray(0, 5000))
      const request = { method: 'GET', url: 'https://orders.example/', scheme: 'DPoP', dpop }
      for (const [what, token, code] of attacks) {
        t.ok(token.length <= limit, `${what} is short enough to be looked at: ${token.length}`)
        t.equal(await outcomeOf(verifier, token, what === 'a DPoP proof' ? { request } : {}), code, what)
      }
      t.strictSame(inflated, { streams: 0, bytes: 0 })
    }, { maxTokenLength: limit })
  })
}

t.test('L149: one that unpacks to more than a hundred megabytes is too long to be looked at, by one character or by many', async t => {
  onEachPlatform(t, async (t, { verifier }) => {
    const inflated = countInflated(t)
    for (const token of [encryptToken(bombs.beyond), signRaw(zipped, bombs.beyond), signRaw(goodHeader, bombs.beyond)]) {
      t.ok(token.length > 65_536)
      t.equal(await outcomeOf(verifier, token), 'token_malformed')
    }
    // With a signature as long as need be, whose length base64url can have.
    const fill = (length: number) => [0, 1, 2, 3].map(more => signRaw(zipped, bombs.most.subarray(0, 46_000 + more)))
      .map(token => token.padEnd(length, 'A')).find(token => (length - token.lastIndexOf('.') - 1) % 4 === 0)!
    t.equal(await outcomeOf(verifier, fill(65_536)), 'token_invalid', 'it is looked at, and its header says too much')
    t.equal(await outcomeOf(verifier, fill(65_537)), 'token_malformed', 'it is not')
    t.strictSame(inflated, { streams: 0, bytes: 0 })
  }, { maxTokenLength: 65_536 })
})

t.test('L149: nothing in the verifier unpacks but the status list\'s one bounded place', async t => {
  const folder = path.resolve(import.meta.dirname, '../../../src/verifier')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const unpacks = (name: string): boolean => {
    const text = readFileSync(path.join(folder, name), 'utf8')
    const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
    return /\bDecompressionStream\b/.test(text) || imports.some(each => /zlib/.test(each))
  }
  t.ok(files.length > 60)
  t.strictSame(files.filter(unpacks), ['revocation/status-list/inflate.ts'])
})
