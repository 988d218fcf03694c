import type { Log } from '../ports/log.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { Replica } from './replica.ts'

/** Brings the replica to the head that the shared cache names, where the cache can be believed. */
export interface CacheFollower {
  /** What the cache had to say: `current` when its word was enough. Throws when it is away. */
  catchUp(): Promise<CacheVerdict>
  /** Rebuilds the cache from the replica where it has lost something. Only after the journal was read, and that after
   * the verdict: otherwise an announcement that came between would be cleared away. */
  mend(verdict: Misfit): void
}

/** `behind`: lower than known, or gone. `gap`: higher, and what comes between is missing or does not continue. */
export interface Misfit {
  fault: 'behind' | 'gap'
  head: number
}

export type CacheVerdict = 'current' | Misfit

export interface CacheFollowerOptions {
  replica: Replica
  cache: RevocationCache
  log: Log
}

export function createCacheFollower({ replica, cache, log }: CacheFollowerOptions): CacheFollower {
  let mending = false

  return {
    async catchUp() {
      const known = replica.head?.seq ?? 0
      const head = await cache.head()
      if (head === known) return 'current'
      if (head === undefined || head < known) return { fault: 'behind', head: head ?? 0 }
      const isWhole = replica.append(await cache.entriesAfter(known, head)) && replica.head!.seq >= head
      return isWhole ? 'current' : { fault: 'gap', head }
    },
    mend({ fault, head }) {
      // What is missing below the journal's head is on its way from those who announce it; a cache that is ahead of the
      // journal is of one that is no more.
      if (mending || (fault === 'gap' && head <= replica.head!.seq)) return
      mending = true
      // Where the cache's head has moved since, another instance has been quicker.
      void cache.reset(replica.head!.seq, replica.entries(), head)
        .catch((error: unknown) => log.warn({ err: error }, 'the shared revocation list could not be rebuilt yet'))
        .finally(() => { mending = false })
    }
  }
}
