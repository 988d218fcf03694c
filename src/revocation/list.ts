import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Point } from '../protocol/revocation-point.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalHead, JournalStore } from '../stores/journal.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { ServiceState } from '../stores/state.ts'
import { createCacheFollower } from './cache-follower.ts'
import { createConfirmation, maxUncompared } from './confirmation.ts'
import { createJournalFollower } from './journal-follower.ts'
import { createReplica, type Continuation, type Replica } from './replica.ts'

/**
 * The revocation list as this instance serves it: a replica of the live journal in memory, and the rule for trusting it.
 * The journal in PostgreSQL is the truth. The shared cache only says cheaply how far the journal has come, and is
 * believed only between comparisons with the truth, at most a second apart.
 */
export interface RevocationList {
  /**
   * Makes sure that everything revoked before this call is in the replica, and returns the sequence it stands for.
   * Throws `temporarily_unavailable` when neither the cache nor the journal can confirm that. With `head`, which the caller
   * has read from the journal for the same purpose, nothing is asked where the replica stands there, and the journal where not.
   */
  confirm(head?: JournalHead): Promise<number>
  find(kind: string, value: string): LiveEntry | undefined
  /** The values under which there is an entry of that kind. */
  values(kind: string): string[]
  /** Where the replica stands: the same object until it moves. Undefined before the first snapshot was read. */
  head(): JournalHead | undefined
  /** What somebody who stands at a point lacks, as far as the replica knows; see Replica. */
  after(point: Point, limit: number): Continuation | undefined
  /** Calls back after each change of the head, whether entries were added or the journal turned out to be another. */
  watch(listener: () => void): () => void
  /** Returns when no instance can be unaware of the new entries any more: at once, or where the cache is away after a
   * second, in which every instance has compared with the journal. */
  announce(entries: JournalEntry[]): Promise<void>
  /** Follows the shared state: catches up with the journal's head. */
  follow(state: ServiceState): Promise<void>
  size(): number
  stop(): void
}

export interface RevocationListOptions {
  journal: JournalStore
  cache: RevocationCache
  pulse: { age(): number; refresh(): Promise<ServiceState> }
  clock: Clock
  log: Log
}

export function createRevocationList(options: RevocationListOptions): RevocationList {
  const replica = createReplica(options.clock)
  const followJournal = createJournalFollower({ ...options, replica })
  const cacheFollower = createCacheFollower({ ...options, replica })
  const { confirm, stop } = createConfirmation({ ...options, replica, cacheFollower })
  return {
    confirm,
    stop,
    find: replica.find,
    values: replica.values,
    head: () => replica.head,
    after: replica.after,
    watch: replica.watch,
    size: replica.size,
    follow: state => followJournal(state.journal),
    announce: createAnnounce({ ...options, replica })
  }
}

function createAnnounce({ replica, cache, pulse, clock, log }: RevocationListOptions & { replica: Replica }) {
  /** An entry in a place that was known to be another's: the journal was restored, and nobody here has noticed yet. */
  async function noticeRestore(entries: readonly JournalEntry[]): Promise<void> {
    if (!entries.some(replica.contradicts)) return
    await pulse.refresh().catch((error: unknown) => {
      log.warn({ err: error }, 'the journal may have been restored, and cannot be read to find out')
    })
  }

  return async (entries: JournalEntry[]): Promise<void> => {
    if (entries.length === 0) return
    await noticeRestore(entries)
    replica.append(entries)
    const journalledAt = clock.monotonic()
    await cache.announce(entries).catch(async (error: unknown) => {
      log.warn({ err: error }, 'a revocation could not be announced; others read it from the journal')
      // Another instance may still reach the cache, and believe it for this long: the revoking call returns after that.
      await pause(maxUncompared * 1000 - (clock.monotonic() - journalledAt))
    })
  }
}
