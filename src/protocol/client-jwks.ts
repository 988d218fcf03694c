import { parseStrictJson } from './strict-json.ts'

/**
 * The public keys that a client signs its assertions with (RFC 7517), and which algorithm each of them is for. An
 * algorithm is bound to its key, so that no token can choose how it is verified (RFC 8725 §3.1); none of them is
 * symmetric.
 */

/** A member of a JWK set, as it came. */
export type PublicJwk = Readonly<Record<string, unknown>>

interface KeyShape {
  kty: string
  crv?: string
}

/** A further algorithm is one line here. */
const shapes: Record<string, KeyShape> = {
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' }
}

export const assertionAlgorithms: readonly string[] = Object.keys(shapes)

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const maxKeys = 20
const maxSize = 16_384
/** The set, its list, a key, a list in it, and what nobody here knows. */
const maxDepth = 6

export function fitsAlgorithm(jwk: PublicJwk, algorithm: string): boolean {
  const shape = Object.hasOwn(shapes, algorithm) ? shapes[algorithm] : undefined
  return shape !== undefined && jwk['kty'] === shape.kty && (shape.crv === undefined || jwk['crv'] === shape.crv) &&
    (jwk['alg'] === undefined || jwk['alg'] === algorithm)
}

/** Why a set of keys cannot be registered, to complete "… are refused: "; undefined when it can. */
export function findJwksFault(jwks: unknown): string | undefined {
  const keys = readKeys(jwks)
  if (keys === undefined) return 'a JWK set is an object with a list of "keys"'
  if (keys.length === 0 || keys.length > maxKeys) return `there must be 1 to ${maxKeys} of them`
  if (!isStorable(jwks)) return 'they are nested too deep, or hold a text that is none'
  if (JSON.stringify(jwks).length > maxSize) return `they are longer than ${maxSize} characters`
  const kids = keys.map(key => key['kid']).filter(kid => kid !== undefined)
  if (new Set(kids).size < kids.length) return 'two of them have the same "kid"'
  return keys.map(findKeyFault).find(fault => fault !== undefined)
}

/** What PostgreSQL can keep as JSON. */
function isStorable(jwks: unknown): boolean {
  try {
    return parseStrictJson(JSON.stringify(jwks), maxDepth) !== undefined
  } catch {
    // So deep that it cannot even be written down.
    return false
  }
}

/** The keys of a set that can be used; a set that is published may hold others, for other ends. */
export function usableKeys(jwks: unknown): PublicJwk[] {
  return (readKeys(jwks) ?? []).slice(0, maxKeys).filter(key => findKeyFault(key) === undefined)
}

function readKeys(jwks: unknown): PublicJwk[] | undefined {
  const keys = isObject(jwks) ? jwks['keys'] : undefined
  return Array.isArray(keys) && keys.every(isObject) ? keys : undefined
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function findKeyFault(key: PublicJwk): string | undefined {
  if (privateMembers.some(member => member in key)) {
    return 'one of them is a private or secret key; keep it to the client, make a new one, and register its public half'
  }
  if (!assertionAlgorithms.some(algorithm => fitsAlgorithm(key, algorithm))) {
    return `each must be RSA, EC P-256 or OKP Ed25519, for ${assertionAlgorithms.join(', ')}`
  }
  if (key['kid'] !== undefined && typeof key['kid'] !== 'string') return 'a "kid" is a text'
  if (key['use'] !== undefined && key['use'] !== 'sig') return 'one of them is not for signatures ("use")'
  const operations = key['key_ops']
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'one of them is not for verifying ("key_ops")'
  }
  return key['kty'] === 'RSA' && !isStrongRsa(key) ? 'an RSA key has at least 2048 bits' : undefined
}

/** No more than 8192 either: a verification must not be made expensive. */
function isStrongRsa({ n, e }: PublicJwk): boolean {
  if (typeof n !== 'string' || typeof e !== 'string') return false
  const modulus = Buffer.from(n, 'base64url')
  const zeros = modulus.findIndex(byte => byte !== 0)
  if (zeros === -1) return false
  const bits = (modulus.length - zeros) * 8 - Math.clz32(modulus[zeros]!) + 24
  return bits >= 2048 && bits <= 8192 && Buffer.from(e, 'base64url').length <= 8
}
