import type { JournalEntry } from './journal.ts'

/**
 * The part of the revocation list that instances share outside PostgreSQL. It may be lost at any time:
 * whoever reads it compares with the journal (revocation/list.ts).
 */
export interface RevocationCache {
  /** The highest sequence announced; undefined when there is none (flushed, new). Throws when unreachable. */
  head(): Promise<number | undefined>
  /** Entries in `(after, upTo]`, in order, as far as they are held. */
  entriesAfter(after: number, upTo: number): Promise<JournalEntry[]>
  /** Adds entries and raises the head, never lowers it. Idempotent. */
  announce(entries: JournalEntry[]): Promise<void>
  /**
   * Forgets what is held and starts again from a snapshot whose head is `seq`. With `seen`, the head that was
   * read before the snapshot was taken (0 for none), nothing happens when it has moved since: an announcement
   * that the snapshot lacks would be lost. Idempotent.
   */
  reset(seq: number, entries: Iterable<JournalEntry>, seen?: number): Promise<void>
  /** Calls back on each announcement by any instance, and after every reconnect. Returns the way to stop. */
  onChange(listener: (change: 'announced' | 'reconnected') => void): () => void
}
