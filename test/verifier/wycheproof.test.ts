import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { splitCompactToken } from '../../src/verifier/compact-token.ts'
import { readKeySet, type TrustedKey } from '../../src/verifier/keys/key-set.ts'
import { nodePlatform } from '../../src/verifier/node/node-platform.ts'
import type { AlgorithmName } from '../../src/verifier/algorithms.ts'
import type { Platform } from '../../src/verifier/platform.ts'
import { readHeader } from '../../src/verifier/read-header.ts'
import { parseStrictJson } from '../../src/verifier/strict-json.ts'
import { webPlatform } from '../../src/verifier/web/web-platform.ts'

/**
 * Wycheproof's test vectors, where WYCHEPROOF names the folder `testvectors_v1` of a copy of that project: they are its own and
 * not part of this one (CONTRIBUTING.md). The tables beside this file have the same kinds of attack.
 */

interface Jwk { [member: string]: unknown }

interface JwsGroup {
  comment: string
  private: Jwk & { keys?: Jwk[] }
  public?: Jwk & { keys?: Jwk[] }
  tests: Array<{ tcId: number; comment: string; jws: unknown; result: string }>
}

interface RsaGroup {
  publicKeyDer: string
  keyJwk?: Jwk
  publicKeyJwk?: Jwk
  tests: Array<{ tcId: number; comment: string; msg: string; sig: string; result: string }>
}

const folder = process.env['WYCHEPROOF'] ?? ''
const options = folder === '' ? { skip: 'WYCHEPROOF names no folder' } : {}
const algorithms: AlgorithmName[] = ['RS256', 'PS256', 'ES256', 'EdDSA']
const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi'])

const read = <Group>(name: string): Group[] =>
  (JSON.parse(readFileSync(path.join(folder, `${name}_test.json`), 'utf8')) as { testGroups: Group[] }).testGroups

/** As an issuer publishes it. A symmetric key stays what it is. */
const publish = (jwk: Jwk): Jwk =>
  Object.fromEntries(Object.entries(jwk).filter(([member]) => jwk['kty'] === 'oct' || !privateMembers.has(member)))

function keysOf(group: JwsGroup, platform: Platform): TrustedKey[] {
  const jwks = group.public ?? group.private
  const named = (jwks.keys ?? [jwks]).map(jwk => ({ kid: 'the only one', ...publish(jwk) }))
  return [...readKeySet(named, { algorithms, platform, former: new Map() }).values()]
}

/** By the parts that an access token goes through; the vectors' headers have no `typ`, which would end each at once. */
async function accepts(platform: Platform, keys: TrustedKey[], jws: unknown): Promise<boolean> {
  // Some are in the other serialization, which is no string.
  if (typeof jws !== 'string') return false
  const compact = splitCompactToken(jws, 65_536)
  const header = compact && parseStrictJson(platform.decodeBase64url(jws.slice(0, compact.headerLength)), 8)
  if (compact === undefined || header === undefined) return false
  try {
    const { alg } = readHeader({ ...header, typ: 'at+jwt' }, { typ: 'at+jwt', algorithms })
    const key = keys.find(({ kid }) => kid === (header['kid'] ?? 'the only one'))
    return key?.algorithm === alg && await key.open.verify(compact)
  } catch {
    return false
  }
}

for (const [place, platform] of Object.entries({ node: nodePlatform, web: webPlatform })) {
  for (const name of ['json_web_signature', 'json_web_key', 'json_web_crypto']) {
    t.test(`L153: of ${name}, no wrong one is accepted on the ${place} platform`, options, async t => {
      let right = 0
      for (const group of read<JwsGroup>(name)) {
        const keys = keysOf(group, platform)
        for (const { tcId, comment, jws, result } of group.tests) {
          const isAccepted = await accepts(platform, keys, jws)
          if (result === 'valid') right += Number(isAccepted)
          else t.equal(isAccepted, false, `${tcId}, ${group.comment}: ${comment}`)
        }
      }
      t.comment(`${right} right ones accepted`)
      t.ok(right > 0)
    })
  }
}

for (const size of [2048, 3072]) {
  t.test(`L153: of rsa_signature_${size}_sha256, the right ones are accepted and no other`, options, async t => {
    let right = 0
    for (const group of read<RsaGroup>(`rsa_signature_${size}_sha256`)) {
      const jwk = publish({ kid: 'rsa', ...(group.keyJwk ?? group.publicKeyJwk), alg: 'RS256' })
      const [key] = readKeySet([jwk], { algorithms, platform: nodePlatform, former: new Map() }).values()
      for (const { tcId, comment, msg, sig, result } of group.tests) {
        const signed = Buffer.from(msg, 'hex')
        // A verifier of tokens verifies ASCII alone.
        if (signed.some(byte => byte > 127) && result === 'valid') continue
        const token = `${signed.toString('latin1')}.${Buffer.from(sig, 'hex').toString('base64url')}`
        const isAccepted = await key?.open.verify({ token, signedLength: signed.length }) ?? false
        // Some keys have another exponent, with which nothing is right.
        t.equal(isAccepted, result === 'valid' && key !== undefined, `${tcId}: ${comment}`)
        right += Number(isAccepted)
      }
    }
    t.comment(`${right} right ones accepted`)
    t.ok(right > 0)
  })
}
