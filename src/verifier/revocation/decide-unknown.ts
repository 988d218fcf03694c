import { VerifierError } from '../errors.ts'
import type { LookupClaims } from './lookup/lookup-claims.ts'
import type { Lookups } from './lookup/lookups.ts'
import type { RevocationState, WhenStale } from './revocation-checker.ts'

/** What becomes of a token of which the view cannot tell. */
export type DecideUnknown = (claims: LookupClaims, whenStale: WhenStale | undefined) => RevocationState | Promise<RevocationState>

export interface DecideUnknownOptions {
  whenStale: WhenStale
  /** Absent where there is nobody to ask: then it is refused instead. */
  lookups: Lookups | undefined
  onDecision(decision: 'rejected' | 'accepted' | 'lookedUp'): void
}

export function createDecideUnknown({ whenStale, lookups, onDecision }: DecideUnknownOptions): DecideUnknown {
  return (claims, own) => {
    const policy = own ?? whenStale
    // Whatever the policy: what was found to be revoked once stays revoked.
    if (lookups?.isKnownRevoked(claims) === true) return 'revoked'
    if (policy === 'accept') {
      onDecision('accepted')
      return 'unchecked'
    }
    if (policy === 'lookup' && lookups !== undefined) {
      onDecision('lookedUp')
      return lookups.ask(claims)
    }
    onDecision('rejected')
    throw new VerifierError('revocation_unavailable', 'It cannot be told at present whether the token is revoked.')
  }
}
