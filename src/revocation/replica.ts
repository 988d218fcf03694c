import { createHash } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalHead } from '../stores/journal.ts'

/** The live entries in memory, in the order of the journal and without a gap. */
export interface Replica {
  readonly head: JournalHead | undefined
  /** Whether this very entry is the last one held. */
  isAt(head: JournalHead): boolean
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
  const live = new Map<number, JournalEntry>()
  const byKind = new Map<string, Map<string, LiveEntry>>()
  let sweptAt = clock.monotonic()

  function add(entry: JournalEntry): void {
    live.set(entry.seq, entry)
    const byValue = byKind.get(entry.target) ?? new Map<string, LiveEntry>()
    byKind.set(entry.target, byValue)
    byValue.set(entry.value, { seq: entry.seq, cutoff: entry.cutoff, since: entry.createdAt.getTime() })
  }

  /** Entries past their end cover no living token; the journal has deleted them, too. */
  function sweep(): void {
    if (clock.monotonic() - sweptAt < 60_000) return
    sweptAt = clock.monotonic()
    for (const entry of live.values()) {
      if (entry.endsAt.getTime() > clock.now() - 60_000) continue
      live.delete(entry.seq)
      if (byKind.get(entry.target)?.get(entry.value)?.seq === entry.seq) byKind.get(entry.target)?.delete(entry.value)
    }
  }

  return {
    get head() { return head },
    isAt: other => head?.seq === other.seq && head.hash.equals(other.hash),
    append(entries) {
      sweep()
      for (const entry of entries) {
        if (head === undefined || entry.seq > head.seq + 1) return false
        if (entry.seq <= head.seq) continue
        if (!continues(head, entry)) return false
        add(entry)
        head = { seq: entry.seq, hash: entry.hash }
      }
      return true
    },
    reset(to, entries) {
      live.clear()
      byKind.clear()
      for (const entry of entries) add(entry)
      head = to
    },
    find: (kind, value) => byKind.get(kind)?.get(value),
    entries: () => [...live.values()],
    size: () => live.size
  }
}

/** The running hash as the SQL function `append_revocation` computes it. */
function continues(head: JournalHead, { seq, target, value, cutoff, endsAt, hash }: JournalEntry): boolean {
  const line = [seq, target, value, cutoff ?? 0, endsAt.getTime()].join(' ')
  return createHash('sha256').update(head.hash).update(line).digest().equals(hash)
}
