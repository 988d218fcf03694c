import type { VerifierClock } from '../../options.ts'
import type { LookupClaims } from './lookup-claims.ts'

/** Answers of the lookup API: "revoked" for good, "not revoked" for a moment. */
export interface LookupCache {
  find(claims: LookupClaims): 'good' | 'revoked' | undefined
  /** @param answer with the moment at which it was asked for, in monotonic milliseconds */
  keep(claims: LookupClaims, answer: { revoked: boolean; at: number }): void
}

const maxAnswers = 10_000

export function createLookupCache(
  { clock, cacheLifetime }: { clock: Pick<VerifierClock, 'monotonic'>; cacheLifetime: number }
): LookupCache {
  const good = new Map<string, number>()
  const revoked = new Map<string, number>()

  // Of claims that were verified, never of a token's text, which can be spelled in several ways.
  const keyOf = ({ kid, jti }: LookupClaims): string => `${kid} ${jti}`

  return {
    find(claims) {
      const key = keyOf(claims)
      if (revoked.has(key)) return 'revoked'
      const at = good.get(key)
      return at !== undefined && clock.monotonic() - at < cacheLifetime * 1000 ? 'good' : undefined
    },
    keep(claims, answer) {
      const key = keyOf(claims)
      if (answer.revoked) good.delete(key)
      const answers = answer.revoked ? revoked : good
      answers.delete(key)
      if (answers.size >= maxAnswers) answers.delete(answers.keys().next().value!)
      answers.set(key, answer.at)
    }
  }
}
