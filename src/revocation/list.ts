import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalHead, JournalStore } from '../stores/journal.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { ServiceState } from '../stores/state.ts'
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
const pageSize = 10_000

export function createRevocationList({ journal, cache, pulse, clock, log }: RevocationListOptions): RevocationList {
  const replica = createReplica(clock)
  // After a reconnect the cache may be another one, or an older one: it is believed again once the truth was read.
  let doubts = 0
  let doubtsSettled = 0
  let repairing = false

  async function startAnew(): Promise<void> {
    const { head, entries } = await journal.snapshot()
    if (replica.head !== undefined) {
      // The cache may hold entries of a journal that is no more, after a restore.
      log.warn({ from: replica.head.seq, to: head.seq }, 'the journal does not continue what was followed; starting anew')
      await cache.reset(head.seq, entries).catch(() => undefined)
    }
    replica.reset(head, entries)
  }

  async function catchUpFromJournal(target: JournalHead): Promise<void> {
    while (!replica.isAt(target)) {
      const { head } = replica
      const entries = head === undefined ? 'unknown' : await journal.readAfter(head, pageSize)
      if (entries === 'unknown') return startAnew()
      // Ahead of a state that was read before our own last entry.
      if (entries.length === 0 && head!.seq >= target.seq) return
      // A gap: what came between has ended and was deleted.
      if (entries.length === 0 || !replica.append(entries)) return startAnew()
    }
  }

  async function confirmByJournal(): Promise<number> {
    const settles = doubts
    await pulse.refresh()
    doubtsSettled = Math.max(doubtsSettled, settles)
    return replica.head!.seq
  }

  /** True when the cache's word was enough. */
  async function catchUpFromCache(): Promise<boolean> {
    const known = replica.head?.seq
    if (known === undefined || doubts > doubtsSettled || pulse.age() > maxUncompared) return false
    const head = await cache.head()
    if (head === undefined || head < known) {
      repair(head ?? 0)
      return false
    }
    return head === known || replica.append(await cache.entriesAfter(known, head)) && replica.head!.seq >= head
  }

  /** @param seen the head that was too low: if it has moved since, another instance has been quicker */
  function repair(seen: number): void {
    if (repairing) return
    repairing = true
    void pulse.refresh()
      .then(() => cache.reset(replica.head!.seq, replica.entries(), seen))
      .catch(error => log.warn({ err: error as Error }, 'the shared revocation list could not be rebuilt yet'))
      .finally(() => { repairing = false })
  }

  const stop = cache.onChange(change => {
    if (change === 'reconnected') doubts++
    void confirm().catch(() => undefined)
  })

  async function confirm(): Promise<number> {
    try {
      if (await catchUpFromCache()) return replica.head!.seq
    } catch {
      // The cache is away: the truth is asked instead.
    }
    return confirmByJournal()
  }

  return {
    confirm,
    stop,
    find: (kind, value) => replica.find(kind, value),
    size: () => replica.size(),
    async announce(entries) {
      if (entries.length === 0) return
      replica.append(entries)
      await cache.announce(entries).catch(error => {
        log.warn({ err: error as Error }, 'a revocation could not be announced; others read it from the journal')
      })
    },
    follow: state => catchUpFromJournal(state.journal)
  }
}
