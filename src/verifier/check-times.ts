import { VerifierError } from './errors.ts'
import type { AccessTokenClaims } from './verifier.ts'

/** Whether it is now between the times that a token names. Asked at each use, since the clock goes on. */
export interface TimeRules {
  /** Milliseconds since 1970. */
  now: number
  /** Seconds. */
  tolerance: number
}

/** @throws VerifierError token_expired or token_invalid */
export function checkTimes(claims: AccessTokenClaims, { now, tolerance }: TimeRules): void {
  const seconds = now / 1000
  if (seconds >= claims.exp + tolerance) throw new VerifierError('token_expired', 'The token has expired.')
  if (claims.iat > seconds + tolerance || (claims.nbf ?? 0) > seconds + tolerance) {
    throw new VerifierError('token_invalid', 'The token is not valid yet. If it has just been issued, compare the clocks.')
  }
}
