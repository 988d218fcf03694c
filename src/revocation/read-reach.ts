import { CountersignError } from '../protocol/errors.ts'
import { judgeReach, type Reach } from '../protocol/reach.ts'
import type { VerifierStore } from '../stores/verifiers.ts'

/** Where the revocation with that sequence is effective. Throws `not_found` when none that is alive has it. */
export type ReadReach = (seq: number) => Promise<Reach>

export function createReadReach(store: Pick<VerifierStore, 'look'>): ReadReach {
  return async seq => {
    const { revocation, verifiers, now } = await store.look(seq)
    if (revocation === undefined) {
      throw new CountersignError('not_found', {
        reason: 'revocation/not-alive', sentence: 'No revocation with that sequence is alive: it is yet to come, or every token it covered has expired.'
      })
    }
    return judgeReach(revocation, verifiers, now)
  }
}
