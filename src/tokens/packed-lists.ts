import { promisify } from 'node:util'
import { constants, deflate, deflateSync } from 'node:zlib'
import type { Clock } from '../ports/clock.ts'
import { invalid, numbersPerList, packStatuses } from '../protocol/status-list.ts'
import { maxUncompared } from '../revocation/confirmation.ts'
import type { JournalHead } from '../stores/journal.ts'
import type { StatusListStore } from '../stores/status-lists.ts'
import { createInTurn } from './in-turn.ts'
import { createRecentlyUsed } from './recently-used.ts'

/** What a list says of its grants, for tokens under any key: the costly part of it, made once for all keys. */
export interface PackedList {
  /** The statuses, one bit each, compressed by zlib, in base64url (draft-ietf-oauth-status-list §4.2). */
  lst: string
  /** Milliseconds on the monotonic clock. */
  staleAt: number
}

const best = { level: constants.Z_BEST_COMPRESSION }

/** Every place of any list: what there is under a key that was removed. */
export const allInvalid: PackedList = {
  staleAt: Infinity, lst: encode(deflateSync(new Uint8Array(numbersPerList / 8).fill(0xff), best))
}

/** Each is made when it is asked for, and made anew once something has been revoked, its time is over, or the journal is another. */
export interface PackedLists {
  /** With everything that was revoked up to that head of the journal. */
  read(list: number, head: JournalHead): Promise<PackedList>
}

export interface PackedListsOptions {
  store: Pick<StatusListStore, 'readEnded'>
  clock: Clock
  /** Seconds. */
  ttl: number
}

interface Made extends PackedList {
  head: JournalHead
  /** Of whoever asked, which may be behind the database: until that moment it will do for others who have heard no more. */
  askedFor: JournalHead
  askedUntil: number
}

interface Slot {
  made?: Made
  making?: Promise<Made>
}

/** Lists of long ago are hardly asked for; some megabytes of memory. */
const mostHeld = 256

const compress = promisify(deflate) as (bytes: Uint8Array, options: object) => Promise<Buffer>

export function createPackedLists({ store, clock, ttl }: PackedListsOptions): PackedLists {
  const slots = createRecentlyUsed<number, Slot>(mostHeld, () => ({}))
  // Anybody may ask, and must not keep the database from its work.
  const inTurn = createInTurn()

  async function make(list: number, askedFor: JournalHead): Promise<Made> {
    const now = clock.monotonic()
    const from = list * numbersPerList
    const { head, numbers } = await store.readEnded({ from, to: from + numbersPerList })
    const statuses = packStatuses(numbers.map(number => [number - from, invalid] as const), { bits: 1, size: numbersPerList })
    const lst = encode(await compress(statuses, best))
    return { head, lst, staleAt: now + ttl * 1000, askedFor, askedUntil: now + maxUncompared * 1000 }
  }

  return {
    async read(list, head) {
      const slot = slots.get(list)
      if (slot.made !== undefined && isGood(slot.made, head, clock.monotonic())) return slot.made
      // It may have looked at the database before what this caller must hear of. Then a further one, which began later, has not.
      for (let making = slot.making; making !== undefined; making = slot.making) {
        const made = await making
        if (made.head.seq >= head.seq) return made
      }
      slot.making = inTurn(() => make(list, head)).then(made => slot.made = made).finally(() => { delete slot.making })
      return slot.making
    }
  }
}

/**
 * What stands for a later head may be of a journal that is no more, after a restore; but not when it was made for the very same
 * head, and so lately that the instance need not have heard of the rest.
 */
function isGood({ head: made, askedFor, askedUntil, staleAt }: Made, head: JournalHead, now: number): boolean {
  return now < staleAt && (isSame(made, head) || now < askedUntil && made.seq > head.seq && isSame(askedFor, head))
}

const isSame = (one: JournalHead, other: JournalHead): boolean => one.seq === other.seq && one.hash.equals(other.hash)

function encode(packed: Buffer): string {
  return packed.toString('base64url')
}
