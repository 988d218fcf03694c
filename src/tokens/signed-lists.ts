import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import { statusListUri, type StatusListName } from '../protocol/status-list.ts'
import { createInTurn } from './in-turn.ts'
import type { PackedList } from './packed-lists.ts'
import { createRecentlyUsed } from './recently-used.ts'
import type { SignStatusList, StatusListToken } from './sign-status-list.ts'

/** The lists as they are sent: each is signed once, and anew when it says something else, its time is over, or another key signs. */
export interface SignedLists {
  read(name: StatusListName, packed: PackedList): Promise<StatusListToken>
}

export interface SignedListsOptions {
  ring: Pick<KeyRing, 'signing'>
  sign: SignStatusList
  clock: Clock
  /** Seconds. */
  ttl: number
}

interface Slot {
  signed?: {
    token: Promise<StatusListToken>
    packed: PackedList
    signer: string
    /** Milliseconds on the monotonic clock. */
    staleAt: number
  }
}

/** Some megabytes of memory. */
const mostHeld = 256

export function createSignedLists({ ring, sign, clock, ttl }: SignedListsOptions): SignedLists {
  const slots = createRecentlyUsed<string, Slot>(mostHeld, () => ({}))
  // Anybody may ask, and must not keep the processor from signing tokens.
  const inTurn = createInTurn()

  return {
    read(name, packed) {
      const slot = slots.get(statusListUri('', name))
      const signer = ring.signing().record.kid
      const now = clock.monotonic()
      const { signed } = slot
      if (signed?.packed === packed && signed.signer === signer && now < signed.staleAt) return signed.token
      const token = inTurn(() => sign(name, packed.lst))
      const held = { token, packed, signer, staleAt: Math.min(packed.staleAt, now + ttl * 1000) }
      slot.signed = held
      token.catch(() => { if (slot.signed === held) delete slot.signed })
      return token
    }
  }
}
