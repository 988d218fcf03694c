import type { Clock } from '../ports/clock.ts'
import { livingKeys } from '../protocol/key-timeline.ts'
import type { KeyRecord, KeyStore } from '../stores/keys.ts'
import { nothingSealed } from './is-retired.ts'
import type { KeyRing } from './key-ring.ts'
import { timesOfKeys, type KeyLifetimes } from './times-of-keys.ts'

export interface PutAwayOptions extends KeyLifetimes {
  store: KeyStore
  ring: KeyRing
  clock: Clock
}

/**
 * What becomes of keys that have done their work. A MAC key goes when no refresh token of it can be alive. A signing key is
 * retired when no access token of it can be, and goes when no session with an ID token of it can.
 */
export async function putAway({ store, ring, clock, ...lifetimes }: PutAwayOptions): Promise<void> {
  const timesOf = timesOfKeys(ring, lifetimes)
  const isOver = (key: KeyRecord): boolean => (timesOf(key).removedAfter ?? Infinity) < clock.now()
  const outlived = [...livingKeys(ring.records('mac')), ...ring.retired()].filter(isOver)
  for (const { kid } of livingKeys(ring.records('sign')).filter(isOver)) {
    await store.reseal(kid, nothingSealed.sealed, nothingSealed.sealedWith)
  }
  if (outlived.length > 0) await store.forget(outlived.map(key => key.kid))
}
