import { keyPublishLead } from './limits.ts'

/**
 * What a key is doing at any moment, computed from the clock, so that all instances agree with no leader and no state
 * to update. A key is published from the moment its row exists; of the keys whose time has come the youngest signs;
 * each signs until its successor does; and it stays published until the last token it signed has expired.
 * Times are milliseconds since 1970, durations seconds.
 */

export interface TimedKey {
  kid: string
  position: number
  createdAt: Date
  activeFrom: Date
  removedAt: Date | undefined
}

export interface KeyTimes {
  publishedAt: number
  signsFrom: number
  /** Undefined while no successor is known. */
  signsUntil: number | undefined
  /** Undefined while no successor is known. */
  removedAfter: number | undefined
}

export interface Retention {
  /** Seconds a token may outlive the moment its key stopped signing, caches and clocks included. */
  tokenLifetime: number
  /** Until when tokens of a longer, former lifetime may live. */
  formerUntil: number
}

/** The keys that count, oldest first. */
export function livingKeys<K extends TimedKey>(keys: readonly K[]): K[] {
  return keys.filter(key => key.removedAt === undefined).sort((a, b) => a.position - b.position)
}

/**
 * The key that signs now: the youngest whose time has come. A key that was superseded never signs again, though its
 * successor be removed: then the next one takes over before its time. Asked for every token, so nothing is sorted for it.
 */
export function signingKey<K extends TimedKey>(keys: readonly K[], now: number): K | undefined {
  let current = 0
  for (const { activeFrom, position } of keys) if (activeFrom.getTime() <= now && position > current) current = position
  return oldestFrom(current, keys) ?? livingKeys(keys).at(-1)
}

/** The oldest living key at that position or behind it. */
function oldestFrom<K extends TimedKey>(position: number, keys: readonly K[]): K | undefined {
  let oldest: K | undefined
  for (const key of keys) {
    if (key.removedAt !== undefined || key.position < position) continue
    if (oldest === undefined || key.position < oldest.position) oldest = key
  }
  return oldest
}

export function keyTimes(key: TimedKey, keys: readonly TimedKey[], retention: Retention): KeyTimes {
  const successor = oldestFrom(key.position + 1, keys)
  const signsUntil = successor?.activeFrom.getTime()
  const lastToken = signsUntil === undefined
    ? undefined
    : Math.max(signsUntil + retention.tokenLifetime * 1000, retention.formerUntil)
  return {
    publishedAt: key.createdAt.getTime(),
    signsFrom: key.activeFrom.getTime(),
    signsUntil,
    removedAfter: lastToken === undefined ? undefined : lastToken + keyPublishLead * 1000
  }
}

/** The keys whose tokens may be alive, or will be: what the JWKS shows and what verifies. */
export function publishedKeys<K extends TimedKey>(keys: readonly K[], now: number, retention: Retention): K[] {
  const signing = signingKey(keys, now)
  return livingKeys(keys).filter(key => {
    const { removedAfter } = keyTimes(key, keys, retention)
    return key === signing || removedAfter === undefined || now < removedAfter
  })
}

export interface PlannedKey {
  position: number
  createdAt: Date
  activeFrom: Date
}

/**
 * The key to add now, if any: the first one signs at once, and from then on one standby is always published and idle.
 * @param interval seconds that a key signs for
 */
export function planNextKey(keys: readonly TimedKey[], now: number, interval: number): PlannedKey | undefined {
  const position = Math.max(0, ...keys.map(key => key.position)) + 1
  const living = livingKeys(keys)
  const createdAt = new Date(now)
  if (living.length === 0) return { position, createdAt, activeFrom: createdAt }
  const signing = signingKey(keys, now)!
  if (living.at(-1) !== signing) return undefined
  // After a removal the standby signs before its time: its term begins now.
  const since = Math.min(signing.activeFrom.getTime(), now)
  const due = Math.max(since + interval * 1000, now + keyPublishLead * 1000)
  return { position, createdAt, activeFrom: new Date(due) }
}

/** When a standby may start to sign, once someone asks for a rotation now. */
export function earliestActivation(standby: TimedKey, now: number): number {
  return Math.max(now, standby.createdAt.getTime() + keyPublishLead * 1000)
}
