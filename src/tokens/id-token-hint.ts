import type { KeyRing } from '../keys/key-ring.ts'
import { verifyJwt, type JwtFault } from './verify-jwt.ts'

/**
 * An ID token that comes back as a hint: whom the client believes to be signed in (OpenID Connect Core §3.1.2.1,
 * RP-Initiated Logout §2). It may have expired; it is one of ours for as long as its key is published.
 */

export interface IdTokenHint {
  sub: string
  /** The client it was issued to. */
  aud: string
  sid: string
}

export type HintFault = JwtFault | 'not-ours' | 'wrong-audience'

export interface HintContext {
  ring: Pick<KeyRing, 'verifying'>
  issuer: string
  /** The client that it must have been issued to, where one is known. */
  clientId?: string | undefined
}

export async function verifyIdTokenHint(token: string, { ring, issuer, clientId }: HintContext): Promise<IdTokenHint | HintFault> {
  const verdict = await verifyJwt(token, 'JWT', ring)
  if (typeof verdict === 'string') return verdict
  const { iss, sub, aud, sid } = verdict.claims
  // A signed answer of the userinfo endpoint has the same type, and no session.
  if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string' || typeof sid !== 'string') return 'not-ours'
  return clientId !== undefined && aud !== clientId ? 'wrong-audience' : { sub, aud, sid }
}
