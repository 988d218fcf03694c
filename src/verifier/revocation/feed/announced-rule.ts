import type { FeedSettings, LookupSettings } from '../read-settings.ts'
import type { WhenStale } from '../revocation-checker.ts'

/**
 * The verifier's own rule for a view that is too old, as the service is told it: of all the rules that calls have, the one
 * under which a revoked token may pass for longest. The service goes by it where it does not hear of us, so it must never be better
 * than what happens here.
 */
export interface AnnouncedRule {
  /** The seconds are a whole number of milliseconds: the contract's three decimals. */
  read(): { maxStaleness: number; whenStale: WhenStale }
  /** Calls may have this rule of their own. Whether another one is announced from now on. */
  include(whenStale: WhenStale): boolean
}

const fromStrictToLax: readonly WhenStale[] = ['reject', 'lookup', 'accept']

export function createAnnouncedRule(
  { maxStaleness, whenStale, cacheLifetime, timeout }: Pick<FeedSettings, 'maxStaleness' | 'whenStale'> & LookupSettings
): AnnouncedRule {
  let announced = whenStale
  // One answer stands for the service at the moment it was asked: it may be `timeout` under way, and is believed until
  // `cacheLifetime` from the same moment. The three run side by side, so the longest counts and not their sum.
  const untilAnswered = Math.max(maxStaleness, cacheLifetime, timeout)

  return {
    read: () => ({ whenStale: announced, maxStaleness: roundUp(announced === 'lookup' ? untilAnswered : maxStaleness) }),
    include(own) {
      if (fromStrictToLax.indexOf(own) <= fromStrictToLax.indexOf(announced)) return false
      announced = own
      return true
    }
  }
}

const roundUp = (seconds: number): number => Math.ceil(seconds * 1000) / 1000
