import type { JwtType, VerifyingKey } from '../keys/open-key.ts'
import { isCanonicalBase64url } from '../protocol/base64url.ts'
import { parseJwtSegment } from '../protocol/parse-jwt-segment.ts'

/** Whether a string is a JWT that this service signed as one of that type. Says nothing of what is claimed in it. */

export type VerifiedJwt = { claims: Record<string, unknown>; kid: string }
export type JwtFault = 'malformed' | 'unknown-key' | 'bad-signature'

export interface JwtContext {
  /** Which keys count. */
  ring: { verifying(kid: string): VerifyingKey | undefined }
  /** Whether many are verified at the same time: then they share libuv's pool. */
  isOneOfMany?: boolean
}

/** Longer ones are refused before any work is done on them. */
const maxLength = 8192
const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

export async function verifyJwt(token: string, type: JwtType, { ring, isOneOfMany }: JwtContext): Promise<VerifiedJwt | JwtFault> {
  if (token.length > maxLength) return 'malformed'
  const parts = compact.exec(token)
  if (parts === null) return 'malformed'
  const header = parseJwtSegment(parts[1]!)
  // One spelling only (RFC 8725bis §3.14): our own segments are canonical.
  if (header === undefined || !isCanonicalBase64url(parts[3]!)) return 'malformed'
  if (header['typ'] !== type || typeof header['kid'] !== 'string' || 'crit' in header) return 'malformed'
  const key = ring.verifying(header['kid'])
  if (key === undefined) return 'unknown-key'
  if (header['alg'] !== key.algorithm.name) return 'malformed'
  const input = Buffer.from(token.slice(0, token.length - parts[3]!.length - 1), 'latin1')
  const signature = Buffer.from(parts[3]!, 'base64url')
  const { publicKey, algorithm } = key
  const isRight = isOneOfMany
    ? await algorithm.verifyInPool(publicKey, input, signature)
    : algorithm.verify(publicKey, input, signature)
  if (!isRight) return 'bad-signature'
  const claims = parseJwtSegment(parts[2]!)
  return claims === undefined ? 'malformed' : { claims, kid: header['kid'] }
}
