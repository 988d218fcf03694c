import type { VerifierClock } from '../../options.ts'
import { entrySize, type RevocationTable } from './revocation-table.ts'

/** What is known of revocations: a table, the point of the journal up to which it is whole, and when that was the head. */
export interface RevocationView {
  readonly table: RevocationTable
  seq: number
  /** As docs/revocation-feed.md spells it. */
  point: string
  /** Monotonic milliseconds: everything revoked before then is in the table. */
  confirmedAt: number
  /** Monotonic milliseconds: everything in the table was revoked before then. */
  learnedAt: number
}

/** Later revocations, as both transports bring them. */
export interface Batch {
  after: number
  seq: number
  point: string
  entries: Uint8Array
}

/**
 * The view that is asked, and a new one that is made beside it. The new one may know less, and so may the instance that
 * confirms it: it takes over only once it is proved to hold everything revoked up to the moment at which the old one
 * last learned something, so that nothing that is known to be revoked comes back to life in between. That goes by time and
 * not by sequence: a restored journal gives the same numbers again.
 */
export interface Views {
  /** Undefined before the first snapshot. */
  serving(): RevocationView | undefined
  /** The one that the feed continues; undefined where a snapshot is needed first. */
  followed(): RevocationView | undefined
  begin(view: RevocationView): void
  /**
   * Whether the batch continues the view; if not, the view is followed no more. Adds in slices, between which others get their
   * turn: what is in the table already counts as revoked, and the point moves once all of it is.
   */
  apply(batch: Batch): Promise<boolean>
  /** The head was `seq` at that moment, in monotonic milliseconds. Whether the view stands there; if not, it is followed no more. */
  confirm(seq: number, at: number): boolean
  /** The journal does not continue the followed view. */
  abandon(): void
}

/** Some milliseconds of work. */
const addedAtOnce = 4096

export function createViews(clock: Pick<VerifierClock, 'monotonic'>): Views {
  let serving: RevocationView | undefined
  let followed: RevocationView | undefined

  const abandon = (): void => { followed = undefined }

  return {
    serving: () => serving,
    followed: () => followed,
    abandon,
    begin(view) {
      followed = view
      // Nothing can be lost by it, and what it names is revoked.
      serving ??= view
    },
    async apply({ after, seq, point, entries }) {
      const view = followed
      if (view === undefined || view.seq !== after || seq < after || entries.length % entrySize !== 0) {
        abandon()
        return false
      }
      // Before the first of them: it is refused at once, even if something ends the view in between.
      view.learnedAt = clock.monotonic()
      for (let at = 0; at < entries.length; at += entrySize) {
        if (at > 0 && at % (addedAtOnce * entrySize) === 0) await new Promise(resolve => { setTimeout(resolve, 0) })
        view.table.add(entries, at)
      }
      // Something else may have ended it in between.
      if (followed !== view) return false
      view.seq = seq
      view.point = point
      return true
    },
    confirm(seq, at) {
      if (followed?.seq !== seq) {
        abandon()
        return false
      }
      followed.confirmedAt = Math.max(followed.confirmedAt, at)
      if (serving === undefined || at >= serving.learnedAt) serving = followed
      return true
    }
  }
}
