import type { Emitter } from '../emitter.ts'
import type { VerifierEvents } from '../verifier.ts'

/** Whether revocations are known as they ought to be, and who hears when that changes: once each way, with the age as it is then. */
export interface Freshness {
  /** Seconds; Infinity before anything is known. */
  age(): number
  isFresh(): boolean
  /** Looks whether something has changed, and tells. */
  look(): void
}

export interface FreshnessOptions extends Omit<Freshness, 'look'> {
  /** What nobody has to be told. */
  atFirst: 'fresh' | 'stale'
  events: Pick<Emitter<VerifierEvents>, 'emit'>
}

export function createFreshness({ age, isFresh, atFirst, events }: FreshnessOptions): Freshness {
  let told = atFirst
  return {
    age,
    isFresh,
    look() {
      const found = isFresh() ? 'fresh' : 'stale'
      if (found === told) return
      told = found
      events.emit(told, { age: age() })
    }
  }
}
