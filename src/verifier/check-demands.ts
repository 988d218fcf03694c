import { VerifierError } from './errors.ts'
import type { AccessTokenClaims, VerifyOptions } from './verifier.ts'

export interface JudgedToken {
  claims: AccessTokenClaims
  scopes: readonly string[]
}

/** What this one route asks of a token that is good as such. */
export interface Demands extends Pick<VerifyOptions, 'scope' | 'acrValues' | 'maxAge'> {
  /** Milliseconds since 1970. */
  now: number
  /** Seconds. */
  tolerance: number
}

/** @throws VerifierError insufficient_user_authentication or insufficient_scope */
export function checkDemands(token: JudgedToken, demands: Demands): void {
  checkAuthentication(token.claims, demands)
  if (demands.scope === undefined) return
  for (const scope of splitScopes(demands.scope)) {
    // Whole names: `orders` is not in `orders:read`.
    if (!token.scopes.includes(scope)) {
      throw new VerifierError('insufficient_scope', `The token lacks the scope ${scope}.`)
    }
  }
}

export function splitScopes(scope: string | readonly string[]): readonly string[] {
  if (typeof scope !== 'string') return scope.flatMap(splitScopes)
  const names = scope.split(' ')
  return names.includes('') ? names.filter(each => each !== '') : names
}

/** RFC 9470 §3. What a token does not say counts as not met. */
function checkAuthentication(claims: AccessTokenClaims, { acrValues, maxAge, now, tolerance }: Demands): void {
  if (acrValues !== undefined && acrValues.length > 0 && (claims.acr === undefined || !acrValues.includes(claims.acr))) {
    throw new VerifierError('insufficient_user_authentication', 'The user has to sign in in another way.')
  }
  if (maxAge !== undefined && (claims.auth_time === undefined || now / 1000 > claims.auth_time + maxAge + tolerance)) {
    throw new VerifierError('insufficient_user_authentication', 'The user has to sign in again.')
  }
}
