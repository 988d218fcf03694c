import { createHash } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import { clockSkew } from '../protocol/limits.ts'
import { isPointOf, type Point } from '../protocol/revocation-point.ts'
import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, JournalHead } from '../stores/journal.ts'
import { createEntryTable, type EntryTable, type HeldEntry } from './entry-table.ts'

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
  /** Starts again from a table that holds every live entry up to the head. */
  reset(head: JournalHead, table: EntryTable): void
  find(kind: string, value: string): LiveEntry | undefined
  values(kind: string): string[]
  /** What somebody who stands at the point lacks; undefined when the point is of another journal, or so old that nobody
   * can tell. */
  after(point: Point, limit: number): Continuation | undefined
  /** The live entries in order. */
  entries(): Iterable<JournalEntry>
  size(): number
  /** Calls back after each change of the head. Returns the way to stop. */
  watch(listener: () => void): () => void
}

/** Live entries in order, and the place up to which they are all. */
export interface Continuation {
  entries: readonly HeldEntry[]
  upTo: JournalHead
}

export function createReplica(clock: Clock): Replica {
  const listeners = new Set<() => void>()
  // The base is where the table begins: its entry may have ended long ago, and whoever stands there lacks nothing before it.
  let [head, base]: Array<JournalHead | undefined> = []
  let table = createEntryTable()
  let sweptAt = clock.monotonic()

  function sweepNowAndThen(): void {
    if (clock.monotonic() - sweptAt < 60_000) return
    sweptAt = clock.monotonic()
    // Instances whose clocks differ agree on what still counts.
    table.deleteEndedBefore(clock.now() - clockSkew * 1000)
  }

  const moveTo = (to: JournalHead): void => {
    head = to
    for (const listener of listeners) listener()
  }

  return {
    get head() { return head },
    isAt: other => head?.seq === other.seq && head.hash.equals(other.hash),
    contradicts: ({ seq, hash }) => head !== undefined && seq <= head.seq && table.at(seq)?.hash !== hash.toString('latin1'),
    append(entries) {
      sweepNowAndThen()
      const { last, isWhole } = addAll(entries, head, table)
      if (last !== undefined && last !== head) moveTo(last)
      return isWhole
    },
    reset(to, filled) {
      table = filled
      base = to
      moveTo(to)
    },
    find: (kind, value) => table.find(kind, value),
    values: kind => table.values(kind),
    after: (point, limit) => head && continuation({ point, limit, head, base, table }),
    entries: () => table.entries(),
    size: () => table.size(),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}

/** The last entry that continues what is held, and whether that is the last of all. */
function addAll(entries: readonly JournalEntry[], head: JournalHead | undefined, table: EntryTable) {
  let last = head
  for (const entry of entries) {
    if (last === undefined || entry.seq > last.seq + 1) return { last, isWhole: false }
    if (entry.seq <= last.seq) continue
    if (!continues(last, entry)) return { last, isWhole: false }
    table.add(entry)
    last = { seq: entry.seq, hash: entry.hash }
  }
  return { last, isWhole: true }
}

interface Question {
  point: Point
  limit: number
  head: JournalHead
  base: JournalHead | undefined
  table: EntryTable
}

function continuation(question: Question): Continuation | undefined {
  const { point, limit, head, table } = question
  if (!isKnown(question)) return undefined
  const entries = table.after(point.seq, limit)
  const last = entries.length < limit ? undefined : entries.at(-1)
  return { entries, upTo: last === undefined ? head : { seq: last.seq, hash: Buffer.from(last.hash, 'latin1') } }
}

/** Whoever stands before the first entry has applied none, of whichever journal. */
function isKnown({ point, head, base, table }: Question): boolean {
  if (point.seq === 0 || isPointOf(point, head) || base !== undefined && isPointOf(point, base)) return true
  if (point.seq >= head.seq) return false
  if (point.hash === undefined) return true
  const held = table.at(point.seq)
  return held !== undefined && isPointOf(point, { seq: held.seq, hash: Buffer.from(held.hash, 'latin1') })
}

/** The running hash as the SQL function `append_revocation` computes it. */
function continues(head: JournalHead, { seq, target, value, cutoff, endsAt, hash }: JournalEntry): boolean {
  const line = [seq, target, value, cutoff ?? 0, endsAt.getTime()].join(' ')
  return createHash('sha256').update(head.hash).update(line).digest().equals(hash)
}
