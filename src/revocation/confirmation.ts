import { unavailable } from '../protocol/errors.ts'
import { createSingleFlight } from '../single-flight.ts'
import type { JournalHead } from '../stores/journal.ts'
import type { RevocationCache } from '../stores/revocation-cache.ts'
import type { ServiceState } from '../stores/state.ts'
import type { CacheFollower } from './cache-follower.ts'
import type { Replica } from './replica.ts'
import { within } from './within.ts'

/** Whether the replica holds everything there is: by the shared cache where that can be believed, else by the journal. */
export interface Confirmation {
  /** What `confirm` of the RevocationList does. */
  confirm(head?: JournalHead): Promise<number>
  stop(): void
}

export interface ConfirmationOptions {
  replica: Replica
  cache: RevocationCache
  cacheFollower: CacheFollower
  pulse: { age(): number; refresh(): Promise<ServiceState> }
}

/** Seconds for which the cache is believed without a comparison with PostgreSQL. */
export const maxUncompared = 1
/** Seconds that a lookup waits, those included in which others before it wait. */
const patience = 2

export function createConfirmation({ replica, cache, cacheFollower, pulse }: ConfirmationOptions): Confirmation {
  // After a reconnect the cache may be another one, or an older one: it is believed again once the truth was read.
  let doubts = 0
  let doubtsSettled = 0

  async function confirmByJournal(): Promise<number> {
    const settles = doubts
    await pulse.refresh()
    doubtsSettled = Math.max(doubtsSettled, settles)
    return replica.head!.seq
  }

  async function confirmByCache(): Promise<number> {
    const doubted = doubts
    const mayBelieve = replica.head !== undefined && doubts === doubtsSettled && pulse.age() <= maxUncompared
    // When the cache is away, the truth is asked instead.
    const verdict = mayBelieve ? await cacheFollower.catchUp().catch(() => undefined) : undefined
    // It may have been another cache that answered, after a reconnect in between.
    if (verdict === 'current' && doubts === doubted) return replica.head!.seq
    const confirmed = await confirmByJournal()
    if (verdict !== undefined && verdict !== 'current') cacheFollower.mend(verdict)
    return confirmed
  }

  const confirmTogether = createSingleFlight(confirmByCache).run
  const stop = cache.onChange(change => {
    if (change === 'reconnected') doubts++
    void confirmTogether().catch(() => undefined)
  })

  return {
    async confirm(head) {
      if (head !== undefined && replica.isAt(head)) return head.seq
      const confirmed = head === undefined ? confirmTogether() : confirmByJournal()
      return within(patience, confirmed, () => unavailable('revocation/unconfirmed'))
    },
    stop
  }
}
