import { unavailable } from '../../src/protocol/errors.ts'
import type { RevocationCache } from '../../src/stores/revocation-cache.ts'

/** A cache that all instances of a test share: it refuses everything while the fault says that it is away. */
export function createFragileCache(inner: RevocationCache, fault: { isAway: boolean }): RevocationCache {
  const check = async <T>(act: () => Promise<T>): Promise<T> => {
    if (fault.isAway) throw unavailable('redis/unreachable')
    return act()
  }
  return {
    head: () => check(inner.head),
    entriesAfter: (after, upTo) => check(() => inner.entriesAfter(after, upTo)),
    announce: entries => check(() => inner.announce(entries)),
    reset: (seq, entries, seen) => check(() => inner.reset(seq, entries, seen)),
    onChange: inner.onChange
  }
}
