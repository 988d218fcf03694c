import { createAnnouncedRule } from './announced-rule.ts'
import { createCounters } from '../counters.ts'
import { createDecideUnknown } from '../decide-unknown.ts'
import { readLookupClaims } from '../lookup/lookup-claims.ts'
import { createLookups } from '../lookup/lookups.ts'
import { openFeed } from './open-feed.ts'
import { readFeedSettings, readLookupSettings } from '../read-settings.ts'
import type { RevocableToken, RevocationChecker } from '../revocation-checker.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { FeedOptions } from '../revocation-options.ts'
import { openIssuerAccess } from '../issuer/issuer-access.ts'
import { createReadTokenKeys } from '../table/token-keys.ts'

const counted = [
  'snapshots', 'streams', 'polls', 'failures', 'batches', 'confirmations', 'keyChanges', 'acks', 'ackFailures',
  'lookups', 'lookupFailures', 'rejected', 'accepted', 'lookedUp'
] as const

/** The mode `feed`: a copy of all live revocations in this process, which the service keeps up to date. */
export function createFeedChecker(options: FeedOptions, context: RevocationContext): RevocationChecker {
  const settings = readFeedSettings(options)
  const lookupSettings = readLookupSettings(options)
  const { clock } = context
  const closing = new AbortController()
  const { signal } = closing
  const counters = createCounters(counted)
  const access = openIssuerAccess(options, context, signal)
  const rule = createAnnouncedRule({ ...settings, ...lookupSettings })
  const { views, freshness, start, announce, close } = openFeed({ settings, rule, context, access, counters, signal })
  const { caller } = access
  const lookups = createLookups({ ...lookupSettings, caller, clock, signal, onResult: counters.count })
  const decideUnknown = createDecideUnknown({ ...settings, lookups, onDecision: counters.count })
  const readKeys = createReadTokenKeys(context.platform.sha256)
  const tolerated = settings.maxStaleness * 1000

  return {
    prepare: token => token,
    check(prepared, asked) {
      const token = prepared as RevocableToken
      // While the view is fresh, too: the service should know before it matters.
      if (asked?.whenStale !== undefined) announce(asked.whenStale)
      const keys = readKeys(token)
      const view = views.serving()
      // Before its age is looked at: an old view may be wrong about what is good, never about what is revoked.
      if (view?.table.covers(keys)) return 'revoked'
      if (view !== undefined && clock.monotonic() - view.confirmedAt <= tolerated) return 'good'
      return decideUnknown(readLookupClaims(token), asked?.whenStale)
    },
    start,
    announce,
    async close() {
      closing.abort(new Error('the verifier was closed'))
      await close()
    },
    health: () => ({
      mode: 'feed', fresh: freshness.isFresh(), age: freshness.age(), seq: views.serving()?.seq,
      entries: views.serving()?.table.size() ?? 0, counters: counters.read()
    })
  }
}
