import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'

/** Clients that sign their authentication (private_key_jwt), and what they sign. */

export interface SigningKey {
  privateKey: CryptoKey
  algorithm: string
  /** As it is registered: with `kid`, without `alg`. */
  jwk: JWK
}

export async function makeSigningKey(algorithm = 'ES256', kid = `key-${randomUUID()}`): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { privateKey, algorithm, jwk: { ...await exportJWK(publicKey), kid } }
}

export interface AssertionRequest {
  clientId: string
  audience: string
  key: SigningKey
  /** Milliseconds since 1970. */
  now?: number
  /** Over what a good one says; `undefined` leaves a member out. */
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
}

/** Good for a minute, unless the changes say otherwise. */
export function makeAssertion({ clientId, audience, key, now = Date.now(), claims = {}, header = {} }: AssertionRequest): Promise<string> {
  const seconds = Math.floor(now / 1000)
  const whole = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: seconds, exp: seconds + 60, ...claims }
  return new SignJWT(whole).setProtectedHeader({ alg: key.algorithm, kid: key.jwk.kid, ...header } as { alg: string }).sign(key.privateKey)
}

export const assertionForm = (assertion: string): Record<string, string> => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion
})
