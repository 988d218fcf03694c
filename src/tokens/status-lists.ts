import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import { numbersPerList, statusListUri, type StatusListName } from '../protocol/status-list.ts'
import type { RevocationList } from '../revocation/list.ts'
import { createSingleFlight } from '../single-flight.ts'
import type { StatusListStore } from '../stores/status-lists.ts'
import { allInvalid, createPackedLists, type PackedList } from './packed-lists.ts'
import type { SignStatusList, StatusListToken } from './sign-status-list.ts'
import { createSignedLists } from './signed-lists.ts'

/**
 * The Token Status Lists as this instance serves them: which there are, and what each says. What is served knows every
 * revocation before the question, that of the key included whose tokens name the list.
 */
export interface StatusLists {
  /**
   * Undefined when no number of that list was ever given, or the key is neither published nor one that was removed while its
   * tokens could be alive. Throws `temporarily_unavailable` where revocations cannot be confirmed.
   */
  read(name: StatusListName): Promise<StatusListToken | undefined>
  /** The URIs of the lists that tokens may name. */
  uris(): Promise<string[]>
}

export interface StatusListsOptions {
  store: StatusListStore
  list: Pick<RevocationList, 'confirm' | 'find' | 'head'>
  ring: Pick<KeyRing, 'signing' | 'verifying' | 'records' | 'reload'>
  sign: SignStatusList
  clock: Clock
  issuer: string
  /** Seconds. */
  ttl: number
}

export function createStatusLists(options: StatusListsOptions): StatusLists {
  const { store, list: revocations, ring, issuer } = options
  const packedLists = createPackedLists(options)
  const signedLists = createSignedLists(options)
  const exists = createExists(store)
  const inUse = createSingleFlight(() => store.inUse(numbersPerList))

  const isRemoved = (kid: string): boolean => revocations.find('key', kid) !== undefined

  async function pack({ list, kid }: StatusListName): Promise<PackedList | undefined> {
    await revocations.confirm()
    // The journal has just been confirmed, and the ring may not have heard yet that a key is gone. A list lies in caches: it must
    // not be signed by one that verifiers have dropped.
    if (isRemoved(ring.signing().record.kid)) await ring.reload()
    if (isRemoved(kid)) return allInvalid
    return ring.verifying(kid) && packedLists.read(list, revocations.head()!)
  }

  return {
    async read(name) {
      const packed = await exists(name.list) ? await pack(name) : undefined
      return packed && signedLists.read(name, packed)
    },
    async uris() {
      const lists = await inUse.run()
      const kids = kidsInTokens(options)
      return lists.flatMap(list => kids.map(kid => statusListUri(issuer, { list, kid })))
    }
  }
}

/** Of the keys that may have signed a token whose time is not over: a standby has signed none. */
function kidsInTokens({ ring, list: revocations }: Pick<StatusListsOptions, 'ring' | 'list'>): string[] {
  const signing = ring.signing().record
  return ring.records('sign').filter(({ kid, position }) =>
    revocations.find('key', kid) !== undefined || position <= signing.position && ring.verifying(kid) !== undefined
  ).map(({ kid }) => kid)
}

/** Whoever asks for lists that are not there makes one query at a time, together with all others. */
function createExists({ highestNumber }: Pick<StatusListStore, 'highestNumber'>): (list: number) => Promise<boolean> {
  const highest = createSingleFlight(highestNumber)
  let known = -1
  return async list => {
    if (list > known) known = Math.floor(await highest.run() / numbersPerList)
    return list <= known
  }
}
