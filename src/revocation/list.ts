import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalStore } from '../stores/journal.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { ServiceState } from '../stores/state.ts'
import { createCacheFollower } from './cache-follower.ts'
import { createJournalFollower } from './journal-follower.ts'
import { createReplica } from './replica.ts'

/**
 * The revocation list as this instance serves it: a replica of the live journal in memory, and the rule for trusting it.
 * The journal in PostgreSQL is the truth. The shared cache only says cheaply how far the journal has come, and is
 * believed only between comparisons with the truth, at most a second apart.
 */
export interface RevocationList {
  /**
   * Makes sure that everything revoked before this call is in the replica, and returns the sequence it stands for.
   * Throws `temporarily_unavailable` when neither the cache nor the journal can confirm that.
   */
  confirm(): Promise<number>
  find(kind: string, value: string): LiveEntry | undefined
  /** Tells the other instances of new entries, before the revoking call returns. */
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

/** Seconds for which the cache is believed without a comparison with PostgreSQL. */
const maxUncompared = 1

export function createRevocationList(options: RevocationListOptions): RevocationList {
  const { cache, pulse, clock, log } = options
  const replica = createReplica(clock)
  const followJournal = createJournalFollower({ ...options, replica })
  const cacheFollower = createCacheFollower({ ...options, replica })
  // After a reconnect the cache may be another one, or an older one: it is believed again once the truth was read.
  let doubts = 0
  let doubtsSettled = 0

  async function confirmByJournal(): Promise<number> {
    const settles = doubts
    await pulse.refresh()
    doubtsSettled = Math.max(doubtsSettled, settles)
    return replica.head!.seq
  }

  async function confirm(): Promise<number> {
    const mayBelieve = doubts === doubtsSettled && pulse.age() <= maxUncompared
    // When the cache is away, the truth is asked instead.
    if (mayBelieve && await cacheFollower.catchUp().catch(() => false)) return replica.head!.seq
    return confirmByJournal()
  }

  const stop = cache.onChange(change => {
    if (change === 'reconnected') doubts++
    void confirm().catch(() => undefined)
  })

  return {
    confirm,
    stop,
    find: replica.find,
    size: replica.size,
    follow: state => followJournal(state.journal),
    async announce(entries) {
      if (entries.length === 0) return
      replica.append(entries)
      await cache.announce(entries).catch((error: unknown) => {
        log.warn({ err: error }, 'a revocation could not be announced; others read it from the journal')
      })
    }
  }
}
