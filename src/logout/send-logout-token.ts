import type { Clock } from '../ports/clock.ts'
import type { OutboundFetch } from '../ports/outbound-fetch.ts'
import type { Random } from '../ports/random.ts'
import { buildLogoutTokenClaims } from '../protocol/logout-token.ts'
import type { LogoutNotice } from '../stores/logout-notices.ts'
import type { SignJwt } from '../tokens/sign-jwt.ts'

/**
 * Sends one logout token (OpenID Connect Back-Channel Logout 1.0 §2.5) and answers the status.
 *
 * @throws OutboundError when there was no answer; `temporarily_unavailable` when nothing can be signed now
 */
export type SendLogoutToken = (notice: LogoutNotice & { uri: string }) => Promise<number>

export interface SendLogoutTokenOptions {
  signJwt: SignJwt
  outboundFetch: OutboundFetch
  clock: Clock
  random: Random
  issuer: string
}

export function createSendLogoutToken(options: SendLogoutTokenOptions): SendLogoutToken {
  const { signJwt, outboundFetch, clock, random, issuer } = options
  return async ({ uri, clientId, subject, sessionId, isForStranger }) => {
    // A token of its own for each attempt: an older one would have expired.
    const token = await signJwt('logout+jwt', buildLogoutTokenClaims({
      issuer, clientId, subject, sessionId,
      jti: random.bytes(16).toString('base64url'),
      issuedAt: Math.floor(clock.now() / 1000)
    }))
    const { status } = await outboundFetch(uri, {
      method: 'POST',
      isForStranger,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString()
    })
    return status
  }
}
