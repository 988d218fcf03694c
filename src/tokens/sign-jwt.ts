import type { KeyRing } from '../keys/key-ring.ts'
import type { JwtType, OpenSigningKey } from '../keys/open-key.ts'

/**
 * Signs claims with the key that signs now, in libuv's pool. Access tokens come from the mint (issue.ts) alone.
 * Throws `temporarily_unavailable` when the shared state is stale.
 */
export type SignJwt = (type: JwtType, claims: object) => Promise<string>

export function createSignJwt(ring: Pick<KeyRing, 'signing'>): SignJwt {
  return async (type, claims) => signJwtBy(ring.signing(), type, claims)
}

/** For claims that speak of the key which signs them. */
export async function signJwtBy({ headers, algorithm, privateKey }: OpenSigningKey, type: JwtType, claims: object): Promise<string> {
  const input = headers[type] + Buffer.from(JSON.stringify(claims)).toString('base64url')
  const signature = await algorithm.sign(privateKey, Buffer.from(input))
  return `${input}.${signature.toString('base64url')}`
}
