import type { LiveEntry } from '../protocol/revocation-rules.ts'
import type { JournalEntry, TargetKind } from '../stores/journal.ts'

/** Live entries, found by sequence and by what they cover. A later entry for the same value takes the place of the
 * earlier one: cut-offs only grow, and the rest says the same. */
export interface EntryTable {
  /** The next one: sequences grow. */
  add(entry: JournalEntry): void
  at(seq: number): HeldEntry | undefined
  find(kind: string, value: string): LiveEntry | undefined
  /** The values under which there is an entry of that kind. */
  values(kind: string): string[]
  /** At most `limit` entries above a sequence, in order. */
  after(seq: number, limit: number): HeldEntry[]
  /** Milliseconds since 1970. The last entry stays: those who follow stand there when the next one comes. */
  deleteEndedBefore(time: number): void
  /** Those that are held now, in order, made one by one: there may be a million. */
  entries(): Iterable<JournalEntry>
  size(): number
}

/** An entry as it lies in memory, where there may be a million: one flat object, texts that repeat kept once. */
export interface HeldEntry extends LiveEntry {
  target: TargetKind
  value: string
  reason: string
  /** Milliseconds since 1970. */
  endsAt: number
  /** The bytes, one per character: a third of what a Buffer takes. */
  hash: string
}

export function createEntryTable(): EntryTable {
  let bySeq: HeldEntry[] = []
  const byKind = new Map<string, Map<string, HeldEntry>>()
  const once = createOnce()

  function valuesOf(kind: string): Map<string, HeldEntry> {
    const values = byKind.get(kind) ?? new Map<string, HeldEntry>()
    byKind.set(kind, values)
    return values
  }

  function at(seq: number): HeldEntry | undefined {
    const entry = bySeq[placeOf(bySeq, seq)]
    return entry?.seq === seq ? entry : undefined
  }

  return {
    at,
    add(entry) {
      const held = hold(entry, once)
      bySeq.push(held)
      valuesOf(held.target).set(held.value, held)
    },
    find: (kind, value) => byKind.get(kind)?.get(value),
    values: kind => [...byKind.get(kind)?.keys() ?? []],
    after(seq, limit) {
      const place = placeOf(bySeq, seq + 1)
      return bySeq.slice(place, place + limit)
    },
    deleteEndedBefore(time) {
      const last = bySeq.at(-1)
      const ended = bySeq.filter(entry => entry.endsAt <= time && entry !== last)
      if (ended.length === 0) return
      bySeq = bySeq.filter(entry => entry.endsAt > time || entry === last)
      for (const entry of ended) {
        const values = valuesOf(entry.target)
        if (values.get(entry.value) === entry) values.delete(entry.value)
      }
    },
    entries: () => release(bySeq, bySeq.length),
    size: () => bySeq.length
  }
}

function hold(entry: JournalEntry, once: (text: string) => string): HeldEntry {
  return {
    seq: entry.seq,
    target: once(entry.target) as TargetKind,
    value: entry.value,
    cutoff: entry.cutoff,
    reason: once(entry.reason),
    since: entry.createdAt.getTime(),
    endsAt: entry.endsAt.getTime(),
    hash: entry.hash.toString('latin1')
  }
}

function* release(held: readonly HeldEntry[], count: number): Generator<JournalEntry> {
  for (let place = 0; place < count; place++) {
    const { seq, target, value, cutoff, reason, since, endsAt, hash } = held[place]!
    yield {
      seq, target, value, cutoff, reason, createdAt: new Date(since), endsAt: new Date(endsAt), hash: Buffer.from(hash, 'latin1')
    }
  }
}

/** Where an entry of that sequence stands, or the first one above it. */
function placeOf(entries: readonly HeldEntry[], seq: number): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries[middle]!.seq < seq) low = middle + 1
    else high = middle
  }
  return low
}

/** Gives the first of equal texts, for a bounded number of them: reasons are sentences that callers write. */
function createOnce(limit = 1000): (text: string) => string {
  const seen = new Map<string, string>()
  return text => {
    const known = seen.get(text)
    if (known === undefined && seen.size < limit) seen.set(text, text)
    return known ?? text
  }
}
