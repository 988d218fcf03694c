import { createHash } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import { clockSkew } from '../protocol/limits.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalHead } from '../stores/journal.ts'
import { createEntryTable } from './entry-table.ts'

/** The live entries in memory, in the order of the journal and without a gap. */
export interface Replica {
  readonly head: JournalHead | undefined
  /** Whether this very entry is the last one held. */
  isAt(head: JournalHead): boolean
  /** Whether the entry's place is behind the head and held by another one, or by none. */
  contradicts(entry: JournalEntry): boolean
  /** Adds the entries that come next and skips those it has; false, and nothing more added, at a gap or where an entry
   * does not continue the running hash. */
  append(entries: readonly JournalEntry[]): boolean
  reset(head: JournalHead, entries: readonly JournalEntry[]): void
  find(kind: string, value: string): LiveEntry | undefined
  /** The live entries in order. */
  entries(): JournalEntry[]
  size(): number
}

export function createReplica(clock: Clock): Replica {
  let head: JournalHead | undefined
  const table = createEntryTable()
  let sweptAt = clock.monotonic()

  function sweepNowAndThen(): void {
    if (clock.monotonic() - sweptAt < 60_000) return
    sweptAt = clock.monotonic()
    // Instances whose clocks differ agree on what still counts.
    table.deleteEndedBefore(clock.now() - clockSkew * 1000)
  }

  return {
    get head() { return head },
    isAt: other => head?.seq === other.seq && head.hash.equals(other.hash),
    contradicts: ({ seq, hash }) => head !== undefined && seq <= head.seq && table.at(seq)?.hash.equals(hash) !== true,
    append(entries) {
      sweepNowAndThen()
      for (const entry of entries) {
        if (head === undefined || entry.seq > head.seq + 1) return false
        if (entry.seq <= head.seq) continue
        if (!continues(head, entry)) return false
        table.add(entry)
        head = { seq: entry.seq, hash: entry.hash }
      }
      return true
    },
    reset(to, entries) {
      table.clear()
      for (const entry of entries) table.add(entry)
      head = to
    },
    find: table.find,
    entries: table.entries,
    size: table.size
  }
}

/** The running hash as the SQL function `append_revocation` computes it. */
function continues(head: JournalHead, { seq, target, value, cutoff, endsAt, hash }: JournalEntry): boolean {
  const line = [seq, target, value, cutoff ?? 0, endsAt.getTime()].join(' ')
  return createHash('sha256').update(head.hash).update(line).digest().equals(hash)
}
