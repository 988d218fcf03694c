import { VerifierError } from '../../errors.ts'
import { createCounters } from '../counters.ts'
import { createDecideUnknown } from '../decide-unknown.ts'
import { readLookupClaims, type LookupClaims } from './lookup-claims.ts'
import { createLookups } from './lookups.ts'
import type { RevocationChecker, RevocationState } from '../revocation-checker.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { LookupOptions } from '../revocation-options.ts'
import { openIssuerAccess } from '../issuer/issuer-access.ts'
import { mustHaveClient, readLookupPolicy, readLookupSettings } from '../read-settings.ts'

/** The mode `lookup`: the service is asked about every token, those of one moment together. */
export function createLookupChecker(options: LookupOptions, context: RevocationContext): RevocationChecker {
  mustHaveClient(options)
  const policy = readLookupPolicy(options)
  const closing = new AbortController()
  const counters = createCounters(['lookups', 'lookupFailures', 'rejected', 'accepted', 'lookedUp'])
  let isAnswered = true
  const lookups = createLookups({
    ...openIssuerAccess(options, context, closing.signal),
    ...readLookupSettings(options),
    clock: context.clock,
    signal: closing.signal,
    onResult(result) {
      isAnswered = result === 'lookups'
      counters.count(result)
    }
  })
  // To ask again in place of what could not be asked makes no sense.
  const decideUnknown = createDecideUnknown({ whenStale: policy, lookups: undefined, onDecision: counters.count })

  return {
    prepare: readLookupClaims,
    check(token, { whenStale } = {}) {
      const claims = token as LookupClaims
      const answer = lookups.ask(claims)
      if (typeof answer === 'string') return answer
      return answer.catch((error: unknown): RevocationState | Promise<RevocationState> => {
        if (error instanceof VerifierError) return decideUnknown(claims, whenStale)
        throw error
      })
    },
    // Nobody counts on this verifier's word.
    announce() {},
    start() {},
    async close() {
      closing.abort(new Error('the verifier was closed'))
    },
    health: () => ({
      mode: 'lookup', fresh: isAnswered, age: isAnswered ? 0 : Infinity, seq: undefined, entries: 0, counters: counters.read()
    })
  }
}
