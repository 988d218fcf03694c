import { algorithms, type AlgorithmName } from '../algorithms.ts'
import { isCanonicalBase64url } from '../compact-token.ts'
import type { PublicJwk } from '../platform.ts'
import { decodeBase64url } from '../decode-base64url.ts'
import { isRoca } from './is-roca.ts'

/** Whether a JWK is a public key that may verify signatures, and by which one algorithm (RFC 7517, RFC 8725bis §3.1). */

/** Of private and symmetric keys: whoever publishes one has lost it. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** In bytes; what is longer would make each verification dear. */
const modulus = { least: 256, most: 1024 }

/** The public members alone, or undefined for a key that may not be used so. */
export function judgeKey(jwk: Record<string, unknown>, name: AlgorithmName): PublicJwk | undefined {
  const algorithm = algorithms[name]
  const isMeant = jwk['kty'] === algorithm.kty && jwk['crv'] === algorithm.crv &&
    (jwk['alg'] === undefined || jwk['alg'] === name) && (jwk['use'] === undefined || jwk['use'] === 'sig') &&
    (jwk['key_ops'] === undefined || Array.isArray(jwk['key_ops']) && jwk['key_ops'].includes('verify'))
  if (!isMeant || secretMembers.some(member => Object.hasOwn(jwk, member))) return undefined
  const members = algorithm.members.map(member => [member, jwk[member]] as const)
  if (!members.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string')) return undefined
  const key = Object.fromEntries(members)
  return (algorithm.kty === 'RSA' ? isStrongRsa(key) : hasWholeCoordinates(key)) ? key : undefined
}

/** At least 2048 bits (RFC 7518 §3.3), the one exponent that everybody uses, and no factors that can be found. */
function isStrongRsa({ n = '', e }: PublicJwk): boolean {
  // Without leading zeros (RFC 7518 §6.3.1.1), the first bit of 2048 is the first of the first character.
  const bytes = Math.floor(n.length * 3 / 4)
  const isLong = bytes > modulus.least || bytes === modulus.least && /^[g-z0-9_-]/.test(n)
  const isSound = e === 'AQAB' && isCanonicalBase64url(n) && !n.startsWith('AA') && isLong && bytes <= modulus.most
  return isSound && !isRoca(decodeBase64url(n)!)
}

function hasWholeCoordinates({ x = '', y = x }: PublicJwk): boolean {
  return [x, y].every(each => each.length === 43 && isCanonicalBase64url(each))
}
