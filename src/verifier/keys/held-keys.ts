import type { KeyListener } from '../revocation/revocation-checker.ts'
import { readKeySet, type KeySet, type KeySetRules } from './key-set.ts'

/**
 * The keys that are trusted now, whoever brought them. What was once removed as compromised never comes back.
 * Functions where there could be getters: V8 makes a dictionary of an object that is written with one, and each token asks here.
 */
export interface HeldKeys extends KeyListener {
  keys(): KeySet
  /** Of monotonic time; -Infinity before there are any. */
  confirmedAt(): number
  /** The same, by the feed; -Infinity where what is held is not what the feed has brought. */
  fedAt(): number
  /** Up to then the feed knows better than a JWKS: its next word is not overdue. */
  fedUntil(): number
  /** Grows with each set that differs from the one before. */
  version(): number
  isRemoved(kid: string): boolean
  /** As the issuer's endpoint lists them. Throws where none can be used: that is a fault, and no reason to refuse everybody. */
  replace(jwks: readonly unknown[]): void
}

export interface HeldKeysOptions extends Omit<KeySetRules, 'former'> {
  monotonic: () => number
  onChange: (kids: string[], removed: readonly string[]) => void
}

export function createHeldKeys({ monotonic, onChange, ...rules }: HeldKeysOptions): HeldKeys {
  const removed = new Set<string>()
  let keys: KeySet = new Map()
  const confirmed = { at: -Infinity, byFeedAt: -Infinity, nextWithin: 0 }
  let version = 0

  const read = (jwks: readonly unknown[]): KeySet =>
    new Map([...readKeySet(jwks, { ...rules, former: keys })].filter(([kid]) => !removed.has(kid)))

  function take(brought: KeySet, removedNow: readonly string[]): void {
    const former = keys
    keys = brought
    confirmed.at = monotonic()
    if (keys.size === former.size && [...keys].every(([kid, key]) => former.get(kid) === key)) return
    // The feed vouches for what it has brought alone: its next word says whether this is that.
    confirmed.byFeedAt = -Infinity
    version += 1
    onChange([...keys.keys()], removedNow)
  }

  return {
    keys: () => keys,
    confirmedAt: () => confirmed.at,
    fedAt: () => confirmed.byFeedAt,
    fedUntil: () => confirmed.byFeedAt + confirmed.nextWithin,
    version: () => version,
    isRemoved: kid => removed.has(kid),
    replace(jwks) {
      const brought = read(jwks)
      if (brought.size === 0) throw new Error('The JWKS has no key that can be used.')
      take(brought, [])
    },
    replaceKeys(jwks, removedNow) {
      for (const kid of removedNow) removed.add(kid)
      take(read(jwks), removedNow)
      confirmed.byFeedAt = confirmed.at
    },
    confirmKeys(at, nextWithin) {
      if (confirmed.byFeedAt === -Infinity) return
      Object.assign(confirmed, { at: Math.max(confirmed.at, at), byFeedAt: Math.max(confirmed.byFeedAt, at), nextWithin })
    },
    heldKids: () => [...keys.keys()]
  }
}
