/** The signature algorithms a verifier can be told to accept (RFC 7518 §3.1, RFC 8037 §3.1), and the keys each takes. */
export type AlgorithmName = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export interface Algorithm {
  kty: 'RSA' | 'EC' | 'OKP'
  crv?: string
  /** The members that make up the key, in the order of RFC 7638 §3.2. */
  members: readonly string[]
}

export const algorithms: Readonly<Record<AlgorithmName, Algorithm>> = {
  RS256: { kty: 'RSA', members: ['e', 'kty', 'n'] },
  PS256: { kty: 'RSA', members: ['e', 'kty', 'n'] },
  ES256: { kty: 'EC', crv: 'P-256', members: ['crv', 'kty', 'x', 'y'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['crv', 'kty', 'x'] }
}

export function isAlgorithmName(name: unknown): name is AlgorithmName {
  return typeof name === 'string' && Object.hasOwn(algorithms, name)
}
