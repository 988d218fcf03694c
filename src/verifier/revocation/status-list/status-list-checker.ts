import { VerifierError } from '../../errors.ts'
import { createCounters } from '../counters.ts'
import { createDecideUnknown, type DecideUnknown } from '../decide-unknown.ts'
import { createFreshness } from '../freshness.ts'
import { fetchStatusList } from './fetch-status-list.ts'
import { openIssuerAccess, urlOf } from '../issuer/issuer-access.ts'
import { readLookupClaims, type LookupClaims } from '../lookup/lookup-claims.ts'
import { createLookups } from '../lookup/lookups.ts'
import { isClient, readLookupSettings, readStatusListSettings } from '../read-settings.ts'
import type { CheckOptions, RevocationChecker, RevocationState } from '../revocation-checker.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { StatusListOptions } from '../revocation-options.ts'
import { FaultyStatusList, type StatusList } from './status-list.ts'
import { createStatusLists, type StatusLists } from './status-lists.ts'
import { readStatusReference, type StatusReference } from './status-reference.ts'

interface Prepared {
  reference: StatusReference | undefined
  claims: LookupClaims
}

const counted = ['lists', 'listFailures', 'lookups', 'lookupFailures', 'rejected', 'accepted', 'lookedUp'] as const

/** The mode `status-list`: a token's status is read from the list that it names (draft-ietf-oauth-status-list). */
export function createStatusListChecker(options: StatusListOptions, context: RevocationContext): RevocationChecker {
  const settings = readStatusListSettings(options)
  const { issuer, clock, events } = context
  const closing = new AbortController()
  const { signal } = closing
  const counters = createCounters(counted)
  const lists = createStatusLists({
    fetchList: uri => fetchStatusList(uri, { ...context, url: urlOf(options, issuer), signal }),
    clock, maxStaleness: settings.maxStaleness, clockTolerance: context.clockTolerance,
    onResult(error) {
      counters.count(error === undefined ? 'lists' : 'listFailures')
      if (signal.aborted) return
      if (error !== undefined) events.emit('error', { error, during: 'revocation' })
      freshness.look()
    }
  })
  const freshness = createFreshness({ age: lists.age, isFresh: lists.areUsable, atFirst: 'fresh', events })
  const lookups = isClient(options)
    ? createLookups({
      caller: openIssuerAccess(options, context, signal).caller, ...readLookupSettings(options), clock, signal, onResult: counters.count
    })
    : undefined
  const decideUnknown = createDecideUnknown({ whenStale: settings.whenStale, lookups, onDecision: counters.count })

  return {
    prepare: (token): Prepared => ({ reference: readStatusReference(token, issuer), claims: readLookupClaims(token) }),
    check: createCheck({ lists, decideUnknown, onMissing: freshness.look }),
    // Nobody counts on this verifier's word.
    announce() {},
    start() {},
    async close() {
      closing.abort(new Error('the verifier was closed'))
    },
    health() {
      // That a list has grown too old is found by whoever needs it next, or here.
      if (!signal.aborted) freshness.look()
      return {
        mode: 'status-list', fresh: freshness.isFresh(), age: freshness.age(), seq: undefined, entries: lists.count(),
        counters: counters.read()
      }
    }
  }
}

interface CheckParts {
  lists: StatusLists
  decideUnknown: DecideUnknown
  /** A list that somebody needs cannot be used. */
  onMissing(): void
}

function createCheck({ lists, decideUnknown, onMissing }: CheckParts): RevocationChecker['check'] {
  function decide({ claims }: Prepared, { error, asked }: { error?: unknown; asked: CheckOptions | undefined }) {
    // It was there and did not hold: no policy makes a list of that (§8.3).
    if (!(error instanceof FaultyStatusList)) return decideUnknown(claims, asked?.whenStale)
    throw new VerifierError('revocation_unavailable', 'The status list that the token names is faulty.', { cause: error })
  }

  return (token, asked) => {
    const prepared = token as Prepared
    const { reference } = prepared
    if (reference === undefined) return decide(prepared, { asked })
    const judge = (list: StatusList): RevocationState => judgeStatus(list.statusAt(reference.idx))
    let found: StatusList | Promise<StatusList>
    try {
      found = lists.find(reference.uri)
    } catch (error) {
      onMissing()
      return decide(prepared, { error, asked })
    }
    return found instanceof Promise ? found.then(judge, error => decide(prepared, { error, asked })) : judge(found)
  }
}

/** Invalid, suspended, and whatever else it means: not good. */
function judgeStatus(status: number | undefined): RevocationState {
  if (status === undefined) throw new VerifierError('token_invalid', 'The token\'s place is beyond the end of its status list.')
  return status === 0 ? 'good' : 'revoked'
}
