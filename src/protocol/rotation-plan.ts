import { earliestActivation, livingKeys, signingKey, type Retention, type TimedKey } from './key-timeline.ts'
import { isSilent } from './reach.ts'

/**
 * When the standby may sign without that anybody refuses its tokens: not before every cache of the JWKS has run its time, and
 * not while a verifier that speaks to us says that it does not hold the key. The one never shortens the other: behind a verifier that
 * has acknowledged may be others that read a cache. Times are milliseconds since 1970.
 */
export interface RotationPlan<K extends TimedKey> {
  signing: K
  standby: K
  /** When the standby signs if nobody asks for it sooner. */
  planned: number
  /** When every cache of the JWKS has the standby. */
  cachesKnow: number
  /** Verifiers that are not silent and hold other keys. */
  lacking: KeyHolder[]
  /** Verifiers of which nothing is known: they are silent, or have never said which keys they hold. */
  unknown: KeyHolder[]
  /** When the last token under the key that signs now ends, if the standby takes over at the earliest safe moment. */
  lastTokenEnds: number
}

export interface KeyHolder {
  clientId: string
  instance: string
  kids: string[] | undefined
  subscribedAt: Date
  acknowledgedAt: Date | undefined
}

export interface RotationQuestion<K extends TimedKey> {
  keys: readonly K[]
  /** By the service's clock. */
  now: number
  retention: Retention
  verifiers: readonly KeyHolder[]
  /** The database's time, by which verifiers have spoken. */
  heardBy: Date
}

/** Undefined when nothing waits to take over. */
export function planRotation<K extends TimedKey>({ keys, now, retention, verifiers, heardBy }: RotationQuestion<K>): RotationPlan<K> | undefined {
  const signing = signingKey(keys, now)
  const standby = livingKeys(keys).find(key => signing !== undefined && key.position > signing.position)
  if (signing === undefined || standby === undefined) return undefined
  const cachesKnow = earliestActivation(standby, now)
  const isUnknown = (holder: KeyHolder): boolean => holder.kids === undefined || isSilent(holder, heardBy)
  return {
    signing, standby, cachesKnow,
    planned: standby.activeFrom.getTime(),
    lacking: verifiers.filter(holder => !isUnknown(holder) && !holder.kids!.includes(standby.kid)),
    unknown: verifiers.filter(isUnknown),
    lastTokenEnds: Math.max(cachesKnow + retention.tokenLifetime * 1000, retention.formerUntil)
  }
}
