import { algorithms, type AlgorithmName } from '../algorithms.ts'
import type { OpenKey, Platform, PublicJwk } from '../platform.ts'
import { isRecord } from '../strict-json.ts'
import { judgeKey } from './judge-key.ts'

/** A key of the issuer's. The same key is the same object, also in a later set: what was verified by it can tell. */
export interface TrustedKey {
  kid: string
  algorithm: AlgorithmName
  jwk: PublicJwk
  open: OpenKey
}

export type KeySet = ReadonlyMap<string, TrustedKey>

export interface KeySetRules {
  algorithms: readonly AlgorithmName[]
  platform: Pick<Platform, 'openKey'>
  /** What is held now. */
  former: KeySet
}

const maxKeys = 100

/** Keys that cannot be used are left out, and so are those of which two different ones have one kid. */
export function readKeySet(jwks: readonly unknown[], rules: KeySetRules): KeySet {
  const keys = new Map<string, TrustedKey>()
  const ambiguous = new Set<string>()
  for (const jwk of jwks.slice(0, maxKeys)) {
    const key = readKey(jwk, rules)
    if (key === undefined) continue
    const twin = keys.get(key.kid)
    if (twin !== undefined && !isSame(twin, key)) ambiguous.add(key.kid)
    keys.set(key.kid, twin ?? key)
  }
  for (const kid of ambiguous) keys.delete(kid)
  return keys
}

function readKey(jwk: unknown, { algorithms: accepted, platform, former }: KeySetRules): TrustedKey | undefined {
  if (!isRecord(jwk) || !isKid(jwk['kid'])) return undefined
  const { kid } = jwk
  const algorithm = algorithmOf(jwk, accepted)
  const judged = algorithm && judgeKey(jwk, algorithm)
  if (algorithm === undefined || judged === undefined) return undefined
  const known = former.get(kid)
  if (known !== undefined && isSame(known, { algorithm, jwk: judged })) return known
  try {
    return { kid, algorithm, jwk: judged, open: platform.openKey(judged, algorithm) }
  } catch {
    return undefined
  }
}

export function isKid(kid: unknown): kid is string {
  return typeof kid === 'string' && kid !== '' && kid.length <= 200
}

/** The one it names; or, where it names none, the only accepted one for a key of its type. */
function algorithmOf(jwk: Record<string, unknown>, accepted: readonly AlgorithmName[]): AlgorithmName | undefined {
  const fitting = accepted.filter(name => jwk['alg'] === name || jwk['alg'] === undefined && algorithms[name].kty === jwk['kty'])
  return fitting.length === 1 ? fitting[0] : undefined
}

function isSame(one: Pick<TrustedKey, 'algorithm' | 'jwk'>, other: Pick<TrustedKey, 'algorithm' | 'jwk'>): boolean {
  return one.algorithm === other.algorithm &&
    algorithms[one.algorithm].members.every(member => one.jwk[member] === other.jwk[member])
}
