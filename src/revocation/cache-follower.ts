import type { Log } from '../ports/log.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { ServiceState } from '../stores/state.ts'
import type { Replica } from './replica.ts'

/** Brings the replica to the head that the shared cache names, where the cache can be believed. */
export interface CacheFollower {
  /** True when the cache's word was enough. Throws when it is away. */
  catchUp(): Promise<boolean>
}

export interface CacheFollowerOptions {
  replica: Replica
  cache: RevocationCache
  pulse: { refresh(): Promise<ServiceState> }
  log: Log
}

export function createCacheFollower({ replica, cache, pulse, log }: CacheFollowerOptions): CacheFollower {
  let repairing = false

  /** @param seen the head that was too low: if it has moved since, another instance has been quicker */
  function repair(seen: number): void {
    if (repairing) return
    repairing = true
    void pulse.refresh()
      .then(() => cache.reset(replica.head!.seq, replica.entries(), seen))
      .catch((error: unknown) => log.warn({ err: error }, 'the shared revocation list could not be rebuilt yet'))
      .finally(() => { repairing = false })
  }

  return {
    async catchUp() {
      const known = replica.head?.seq
      if (known === undefined) return false
      const head = await cache.head()
      if (head === undefined || head < known) {
        repair(head ?? 0)
        return false
      }
      return head === known || (replica.append(await cache.entriesAfter(known, head)) && replica.head!.seq >= head)
    }
  }
}
