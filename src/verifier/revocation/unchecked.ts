import { mustSayNothingElse } from './read-settings.ts'
import type { RevocationChecker } from './revocation-checker.ts'
import type { NoRevocationOptions } from './revocation-options.ts'

const prepared = {}

/** The mode `none`: nothing is known of revocations, and every result says so. */
export function createUncheckedRevocation(options: NoRevocationOptions): RevocationChecker {
  mustSayNothingElse(options)
  return {
    prepare: () => prepared,
    check: () => 'unchecked',
    // Nobody counts on this verifier's word.
    announce() {},
    start() {},
    close: () => Promise.resolve(),
    health: () => ({ mode: 'none', fresh: true, age: Infinity, seq: undefined, entries: 0, counters: {} })
  }
}
