import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry } from '../stores/journal.ts'

/** Live entries, found by sequence and by what they cover. A later entry for the same value takes the place of the
 * earlier one: cut-offs only grow, and the rest says the same. */
export interface EntryTable {
  add(entry: JournalEntry): void
  at(seq: number): JournalEntry | undefined
  find(kind: string, value: string): LiveEntry | undefined
  /** Milliseconds since 1970. */
  deleteEndedBefore(time: number): void
  clear(): void
  entries(): JournalEntry[]
  size(): number
}

export function createEntryTable(): EntryTable {
  const bySeq = new Map<number, JournalEntry>()
  const byKind = new Map<string, Map<string, LiveEntry>>()

  function valuesOf(kind: string): Map<string, LiveEntry> {
    const values = byKind.get(kind) ?? new Map<string, LiveEntry>()
    byKind.set(kind, values)
    return values
  }

  return {
    add(entry) {
      bySeq.set(entry.seq, entry)
      const { seq, cutoff, createdAt } = entry
      valuesOf(entry.target).set(entry.value, { seq, cutoff, since: createdAt.getTime() })
    },
    at: seq => bySeq.get(seq),
    find: (kind, value) => byKind.get(kind)?.get(value),
    deleteEndedBefore(time) {
      for (const { seq, target, value, endsAt } of bySeq.values()) {
        if (endsAt.getTime() > time) continue
        bySeq.delete(seq)
        if (valuesOf(target).get(value)?.seq === seq) valuesOf(target).delete(value)
      }
    },
    clear() {
      bySeq.clear()
      byKind.clear()
    },
    entries: () => [...bySeq.values()],
    size: () => bySeq.size
  }
}
