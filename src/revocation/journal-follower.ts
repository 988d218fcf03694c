import type { Log } from '../ports/log.ts'
import type { JournalHead, JournalStore } from '../stores/journal.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import { createEntryTable } from './entry-table.ts'
import type { Replica } from './replica.ts'

/** Brings the replica to the journal's head: by what is new, or from a snapshot where the journal does not continue. */
export type FollowJournal = (head: JournalHead) => Promise<void>

export interface JournalFollowerOptions {
  replica: Replica
  journal: JournalStore
  cache: RevocationCache
  log: Log
}

const pageSize = 10_000

export function createJournalFollower({ replica, journal, cache, log }: JournalFollowerOptions): FollowJournal {
  async function startAnew(): Promise<void> {
    const followed = replica.head
    // Read before the snapshot is taken: an announcement that comes between is not in it and must not be cleared away.
    const seen = followed && await cache.head().catch(() => undefined)
    const { head, pages } = await journal.snapshot()
    const table = createEntryTable()
    for await (const page of pages) for (const entry of page) table.add(entry)
    replica.reset(head, table)
    if (followed === undefined) return
    // The cache may hold entries of a journal that is no more, after a restore.
    log.warn({ from: followed.seq, to: head.seq }, 'the journal does not continue what was followed; starting anew')
    await cache.reset(head.seq, table.entries(), seen ?? 0).catch(() => undefined)
  }

  return async target => {
    let isAnew = false
    while (!replica.isAt(target)) {
      const { head } = replica
      const entries = head === undefined ? 'unknown' : await journal.readAfter(head, pageSize)
      if (entries === 'unknown') {
        await startAnew()
        isAnew = true
        continue
      }
      // Ahead of a state that was read before our own last entry; or, just begun anew, at the end of a journal that was
      // restored since that state was read, and may never come to what it names.
      if (entries.length === 0 && (isAnew || head!.seq >= target.seq)) return
      // A gap: what came between has ended and was deleted.
      if (entries.length > 0 && replica.append(entries)) continue
      await startAnew()
      isAnew = true
    }
  }
}
