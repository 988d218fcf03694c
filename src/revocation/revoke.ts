import type { Metrics } from '../ports/metrics.ts'
import { CountersignError } from '../protocol/errors.ts'
import type { JournalEntry, TargetKind } from '../stores/journal.ts'
import type { ServiceState } from '../stores/state.ts'
import type { Act } from '../stores/users.ts'
import type { RevocationList } from './list.ts'
import { targets, type EndingStores } from './targets/index.ts'

/**
 * Revoking: durable in the journal first, then announced, then acknowledged. Whoever ends something by another act (a
 * changed password, say) passes the entries of that act to `publish`.
 */
export interface Revoker {
  /**
   * Ends a target and returns the journal sequence from which all of it is dead. Idempotent: what is revoked already answers
   * with the sequence of that revocation. Throws `not_found` when nothing alive has that name.
   */
  revoke(kind: TargetKind, value: string, act: Act): Promise<number>
  /** Makes entries that a store has journalled known to every instance. */
  publish(entries: JournalEntry[]): Promise<void>
}

export interface RevokerOptions {
  stores: EndingStores
  list: RevocationList
  pulse: { refresh(): Promise<ServiceState> }
  metrics: Metrics
  /** Hears that something has ended, once every instance knows. */
  afterPublishing: () => void
}

export function createRevoker({ stores, list, pulse, metrics, afterPublishing }: RevokerOptions): Revoker {
  async function publish(entries: JournalEntry[]): Promise<void> {
    await list.announce(entries)
    for (const { target } of entries) metrics.count('countersign_revocations_total', { target })
    afterPublishing()
  }

  return {
    publish,
    async revoke(kind, value, act) {
      const target = targets.find(candidate => candidate.kind === kind)!
      const entries = [await target.end(stores, value, act) ?? []].flat()
      const last = entries.at(-1)
      if (last === undefined) {
        await list.confirm()
        const earlier = list.find(kind, value)
        if (earlier === undefined) throw new CountersignError('not_found', { reason: `revocation/no-such-${kind}` })
        return earlier.seq
      }
      await publish(entries)
      if (target.changesSharedState) await pulse.refresh()
      return last.seq
    }
  }
}
