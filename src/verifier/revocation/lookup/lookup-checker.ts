import { VerifierError } from '../../errors.ts'
import { createCounters } from '../counters.ts'
import { createDecideUnknown } from '../decide-unknown.ts'
import { readLookupClaims, type LookupClaims } from './lookup-claims.ts'
import { createLookupWatch } from './lookup-watch.ts'
import { createLookups } from './lookups.ts'
import type { RevocationChecker, RevocationState } from '../revocation-checker.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { LookupOptions } from '../revocation-options.ts'
import { openIssuerAccess } from '../issuer/issuer-access.ts'
import { readLookupPolicy, readLookupSettings } from '../read-settings.ts'

/** The mode `lookup`: the service is asked about every token, those of one moment together. */
export function createLookupChecker(options: LookupOptions, context: RevocationContext): RevocationChecker {
  const policy = readLookupPolicy(options)
  const closing = new AbortController()
  const counters = createCounters(['lookups', 'lookupFailures', 'rejected', 'accepted', 'lookedUp'])
  const { clock } = context
  const watch = createLookupWatch(context)
  const lookups = createLookups({
    ...openIssuerAccess(options, context, closing.signal),
    ...readLookupSettings(options),
    clock,
    signal: closing.signal,
    onResult(result, batch) {
      counters.count(result)
      if (!closing.signal.aborted) watch.note(batch)
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
      mode: 'lookup', fresh: watch.isFresh(), age: watch.age(), seq: undefined, entries: 0, counters: counters.read()
    })
  }
}
