import { keyTimes, type KeyTimes } from '../protocol/key-timeline.ts'
import type { KeyRecord } from '../stores/keys.ts'
import { isRetired } from './is-retired.ts'
import type { KeyRing } from './key-ring.ts'

export interface KeyLifetimes {
  /** Seconds after which no refresh token of a MAC key can be alive. */
  refreshLifetime: number
  /** Seconds after which no browser session can be alive that began while a key signed. */
  sessionLifetime: number
}

/**
 * The times of the keys that an instance holds at this moment. A signing key is needed for as long as an access token of it can be
 * alive, a retired one while a session with an ID token of it can, a MAC key while a refresh token can.
 */
export function timesOfKeys(
  ring: Pick<KeyRing, 'records' | 'retired' | 'retention'>, { refreshLifetime, sessionLifetime }: KeyLifetimes
): (key: KeyRecord) => KeyTimes {
  const [signing, mac, retention] = [ring.records('sign'), ring.records('mac'), ring.retention()]
  const everSigning = [...ring.retired(), ...signing]
  return key => {
    if (key.purpose === 'mac') return keyTimes(key, mac, { tokenLifetime: refreshLifetime, formerUntil: 0 })
    if (isRetired(key)) return keyTimes(key, everSigning, { tokenLifetime: sessionLifetime, formerUntil: 0 })
    return keyTimes(key, signing, retention)
  }
}
