import type { Clock } from '../ports/clock.ts'
import { keyTimes, livingKeys, type Retention } from '../protocol/key-timeline.ts'
import type { KeyRecord, KeyStore } from '../stores/keys.ts'
import type { KeyRing } from './key-ring.ts'
import { nothingSealed } from './is-retired.ts'

export interface PutAwayOptions {
  store: KeyStore
  ring: KeyRing
  clock: Clock
  /** Seconds after which no refresh token of a MAC key can be alive. */
  refreshLifetime: number
  /** Seconds after which no browser session can be alive that began while a key signed. */
  sessionLifetime: number
}

/**
 * What becomes of keys that have done their work. A MAC key goes when no refresh token of it can be alive. A signing key is
 * retired when no access token of it can be, and goes when no session with an ID token of it can.
 */
export async function putAway({ store, ring, clock, refreshLifetime, sessionLifetime }: PutAwayOptions): Promise<void> {
  const isOver = (key: KeyRecord, all: readonly KeyRecord[], retention: Retention): boolean => {
    const { removedAfter } = keyTimes(key, all, retention)
    return removedAfter !== undefined && removedAfter < clock.now()
  }
  const [signing, mac, retired] = [ring.records('sign'), ring.records('mac'), ring.retired()]
  for (const key of livingKeys(signing)) {
    if (isOver(key, signing, ring.retention())) await store.reseal(key.kid, nothingSealed.sealed, nothingSealed.sealedWith)
  }
  const outlived = [
    ...livingKeys(mac).filter(key => isOver(key, mac, { tokenLifetime: refreshLifetime, formerUntil: 0 })),
    ...retired.filter(key => isOver(key, [...retired, ...signing], { tokenLifetime: sessionLifetime, formerUntil: 0 }))
  ]
  if (outlived.length > 0) await store.forget(outlived.map(key => key.kid))
}
