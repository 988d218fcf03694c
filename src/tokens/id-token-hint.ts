import type { KeyRing } from '../keys/key-ring.ts'
import { verifyJwt, type JwtFault } from './verify-jwt.ts'

/**
 * An ID token that comes back as a hint: whom the client believes to be signed in (OpenID Connect Core §3.1.2.1,
 * RP-Initiated Logout §2). It may have expired, and its key may sign and verify nothing else any more: sessions outlive both.
 */

export interface IdTokenHint {
  sub: string
  /** The client it was issued to. */
  aud: string
  sid: string
}

export type HintFault = JwtFault | 'not-ours' | 'wrong-audience'

/** `clientId` is the client that it must have been issued to, where one is known. */
export type VerifyIdTokenHint = (token: string, clientId?: string) => Promise<IdTokenHint | HintFault>

export interface VerifyIdTokenHintOptions {
  ring: Pick<KeyRing, 'hinting'>
  issuer: string
}

export function createVerifyIdTokenHint({ ring, issuer }: VerifyIdTokenHintOptions): VerifyIdTokenHint {
  return async (token, clientId) => {
    const verdict = await verifyJwt(token, 'JWT', { ring: { verifying: ring.hinting } })
    if (typeof verdict === 'string') return verdict
    const { iss, sub, aud, sid } = verdict.claims
    // A signed answer of the userinfo endpoint has the same type, and no session.
    if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string' || typeof sid !== 'string') return 'not-ours'
    return clientId !== undefined && aud !== clientId ? 'wrong-audience' : { sub, aud, sid }
  }
}
