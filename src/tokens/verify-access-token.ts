import type { KeyRing } from '../keys/key-ring.ts'
import { isCanonicalBase64url } from '../protocol/base64url.ts'
import type { AccessTokenClaims } from '../protocol/claims.ts'
import { isConsistent } from '../protocol/revocation-rules.ts'

/** Whether a string is an access token of ours, alive by the clock. Says nothing of revocation. */

export type VerifiedToken = { claims: AccessTokenClaims; kid: string }
export type TokenVerdict = VerifiedToken | 'malformed' | 'unknown-key' | 'bad-signature' | 'not-ours' | 'expired'

/** Longer ones are refused before any work is done on them. */
const maxLength = 8192
const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

export interface VerifyContext {
  ring: Pick<KeyRing, 'verifying'>
  issuer: string
  /** Milliseconds since 1970. */
  now: number
}

export async function verifyAccessToken(token: string, { ring, issuer, now }: VerifyContext): Promise<TokenVerdict> {
  if (token.length > maxLength) return 'malformed'
  const parts = compact.exec(token)
  if (parts === null) return 'malformed'
  const header = parseSegment(parts[1]!)
  // One spelling only (RFC 8725bis §3.14): our own segments are canonical.
  if (header === undefined || !isCanonicalBase64url(parts[3]!)) return 'malformed'
  if (header['typ'] !== 'at+jwt' || typeof header['kid'] !== 'string' || 'crit' in header) return 'malformed'
  const key = ring.verifying(header['kid'])
  if (key === undefined) return 'unknown-key'
  if (header['alg'] !== key.algorithm.name) return 'malformed'
  const input = Buffer.from(token.slice(0, token.length - parts[3]!.length - 1), 'latin1')
  const isRight = await key.algorithm.verify(key.publicKey, input, Buffer.from(parts[3]!, 'base64url'))
  if (!isRight) return 'bad-signature'
  // Only what this service signed comes this far, so the members have the types that the mint gives them.
  const claims = parseSegment(parts[2]!) as unknown as AccessTokenClaims | undefined
  if (claims === undefined || claims.iss !== issuer) return 'not-ours'
  if (!isConsistent(claims)) return 'not-ours'
  return claims.exp * 1000 <= now ? 'expired' : { claims, kid: header['kid'] }
}

function parseSegment(text: string): Record<string, unknown> | undefined {
  if (!isCanonicalBase64url(text)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined
  } catch {
    return undefined
  }
}
