import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import { invalid, numbersPerList, packStatuses, statusListUri } from '../protocol/status-list.ts'
import type { RevocationList } from '../revocation/list.ts'
import { createSingleFlight } from '../single-flight.ts'
import type { StatusListStore } from '../stores/status-lists.ts'
import type { SignStatusList, StatusListToken } from './sign-status-list.ts'

/**
 * The Token Status Lists as this instance serves them: each is made when it is asked for, and made anew once something has
 * been revoked, its time is over, or another key signs. What is served knows every revocation before the question.
 */
export interface StatusLists {
  /** Undefined when no number of that list was ever given. Throws `temporarily_unavailable` where revocations cannot be
   * confirmed. */
  read(list: number): Promise<StatusListToken | undefined>
  /** The URIs of the lists that tokens may name. */
  uris(): Promise<string[]>
}

export interface StatusListsOptions {
  store: StatusListStore
  list: Pick<RevocationList, 'confirm'>
  ring: Pick<KeyRing, 'signing'>
  sign: SignStatusList
  clock: Clock
  issuer: string
  /** Seconds. */
  ttl: number
}

interface Made extends StatusListToken {
  seq: number
  kid: string
  /** Milliseconds on the monotonic clock. */
  staleAt: number
}

interface Slot {
  made?: Made
  making?: Promise<Made>
}

/** Lists of long ago are hardly asked for; some megabytes of memory. */
const mostHeld = 256

export function createStatusLists(options: StatusListsOptions): StatusLists {
  const { store, issuer } = options
  const slots = new Map<number, Slot>()
  const make = createMake(options)
  // Whoever asks for lists that are not there makes one query at a time, together with all others.
  const highest = createSingleFlight(store.highestNumber)
  const inUse = createSingleFlight(() => store.inUse(numbersPerList))
  let known = -1

  async function exists(list: number): Promise<boolean> {
    if (list > known) known = Math.floor(await highest.run() / numbersPerList)
    return list <= known
  }

  function slotOf(list: number): Slot {
    const slot = slots.get(list) ?? {}
    slots.delete(list)
    slots.set(list, slot)
    if (slots.size > mostHeld) slots.delete(slots.keys().next().value!)
    return slot
  }

  return {
    read: async list => await exists(list) ? readSlot(slotOf(list), () => make(list), options) : undefined,
    uris: async () => (await inUse.run()).map(list => statusListUri(issuer, list))
  }
}

/** One after the other: anybody may ask, and must not keep the database from its work. */
function createMake({ store, ring, sign, clock, ttl }: StatusListsOptions): (list: number) => Promise<Made> {
  let last: Promise<unknown> = Promise.resolve()

  async function make(list: number): Promise<Made> {
    const staleAt = clock.monotonic() + ttl * 1000
    const { kid } = ring.signing().record
    const from = list * numbersPerList
    const { seq, numbers } = await store.readEnded({ from, to: from + numbersPerList })
    const statuses = packStatuses(numbers.map(number => [number - from, invalid] as const), { bits: 1, size: numbersPerList })
    return { ...await sign(list, statuses), seq, kid, staleAt }
  }

  return list => {
    const made = last.then(() => make(list))
    last = made.catch(() => undefined)
    return made
  }
}

async function readSlot(slot: Slot, make: () => Promise<Made>, { list, ring, clock }: StatusListsOptions): Promise<Made> {
  const seq = await list.confirm()
  const isGood = ({ kid, staleAt, seq: of }: Made): boolean =>
    of >= seq && clock.monotonic() < staleAt && kid === ring.signing().record.kid
  if (slot.made !== undefined && isGood(slot.made)) return slot.made
  // It may have looked at the database before what this caller must hear of. Then a further one, which began later, has not.
  for (let making = slot.making; making !== undefined; making = slot.making) {
    const made = await making
    if (made.seq >= seq) return made
  }
  slot.making = make().then(made => slot.made = made).finally(() => { delete slot.making })
  return slot.making
}
