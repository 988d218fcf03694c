import type { Clock } from '../../ports/clock.ts'
import type { JournalEntry } from '../journal.ts'
import type { RevocationCache } from '../revocation-cache.ts'

/** How many announcements pass between two searches for entries that have ended. */
const sweepInterval = 100

/** The shared revocation list where there is only one instance to share it. */
export function createMemoryRevocationCache(clock: Clock): RevocationCache {
  const listeners = new Set<(change: 'announced') => void>()
  let held = new Map<number, JournalEntry>()
  let head: number | undefined
  let announcements = 0

  function dropEnded(): void {
    const now = clock.now()
    for (const [seq, entry] of held) if (entry.endsAt.getTime() <= now) held.delete(seq)
  }

  function add(entries: Iterable<JournalEntry>, raisedTo: number): void {
    for (const entry of entries) held.set(entry.seq, entry)
    if (announcements++ % sweepInterval === 0) dropEnded()
    head = Math.max(head ?? 0, raisedTo)
    for (const listener of listeners) listener('announced')
  }

  return {
    head: () => Promise.resolve(head),
    entriesAfter(after, upTo) {
      const found = [...held.values()].filter(entry => entry.seq > after && entry.seq <= upTo)
      return Promise.resolve(found.sort((a, b) => a.seq - b.seq))
    },
    announce(entries) {
      if (entries.length > 0) add(entries, Math.max(...entries.map(entry => entry.seq)))
      return Promise.resolve()
    },
    reset(seq, entries, seen) {
      if (seen === undefined || seen === (head ?? 0)) {
        held = new Map()
        head = undefined
        add(entries, seq)
      }
      return Promise.resolve()
    },
    onChange(listener) {
      const own = (change: 'announced') => listener(change)
      listeners.add(own)
      return () => void listeners.delete(own)
    }
  }
}
