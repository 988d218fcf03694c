import type { KeyRing } from '../keys/key-ring.ts'
import type { JwtType } from '../keys/open-key.ts'

/**
 * Signs claims with the key that signs now, in libuv's pool. Access tokens come from the mint (issue.ts) alone.
 * Throws `temporarily_unavailable` when the shared state is stale.
 */
export type SignJwt = (type: JwtType, claims: object) => Promise<string>

export function createSignJwt(ring: Pick<KeyRing, 'signing'>): SignJwt {
  return async (type, claims) => {
    const { headers, algorithm, privateKey } = ring.signing()
    const input = headers[type] + Buffer.from(JSON.stringify(claims)).toString('base64url')
    const signature = await algorithm.sign(privateKey, Buffer.from(input))
    return `${input}.${signature.toString('base64url')}`
  }
}
