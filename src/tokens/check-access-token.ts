import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import type { Lookup, LookupAnswer } from '../revocation/lookup.ts'
import { runInLanes } from './run-in-lanes.ts'
import { revocableClaimsOf, verifyAccessToken, type TokenVerdict, type VerifiedToken } from './verify-access-token.ts'

/** Whether access tokens are good at this moment: ours, alive by the clock, and not revoked. */
export interface CheckAccessTokens {
  /** Judges many at once, for the price of one confirmation of the list. */
  (tokens: readonly string[]): Promise<CheckedTokens>
}

export interface CheckedTokens {
  /** The journal sequence that the answers stand for. */
  seq: number
  tokens: CheckedToken[]
}

export interface CheckedToken {
  /** Undefined when the token did not verify. */
  verified: VerifiedToken | undefined
  /** What was wrong with one that did not. */
  fault: Exclude<TokenVerdict, VerifiedToken> | undefined
  revocation: LookupAnswer
}

export interface CheckOptions {
  ring: KeyRing
  lookup: Lookup
  clock: Clock
  issuer: string
}

/** Verifications at a time: enough for every core, a fraction of a millisecond of work for each. */
const lanes = 32

const invalid: LookupAnswer = Object.freeze({ revoked: true, target: 'invalid' })

export function createCheckAccessTokens({ ring, lookup, clock, issuer }: CheckOptions): CheckAccessTokens {
  return async tokens => {
    const context = { ring, issuer, now: clock.now(), isOneOfMany: tokens.length > 1 }
    const verdicts = await runInLanes(tokens, lanes, token => verifyAccessToken(token, context))
    const good = verdicts.filter(verdict => typeof verdict !== 'string')
    const { seq, answers } = await lookup.checkWhole(good.map(revocableClaimsOf))
    let next = 0
    return {
      seq,
      tokens: verdicts.map((verdict): CheckedToken => typeof verdict === 'string'
        ? { verified: undefined, fault: verdict, revocation: invalid }
        : { verified: verdict, fault: undefined, revocation: answers[next++]! })
    }
  }
}
