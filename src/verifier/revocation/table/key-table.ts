import type { RevocationKey } from './revocation-key.ts'

/**
 * The entries of one kind, in typed arrays: at most 32 bytes for each, which neither objects nor a Map can do. 256 segments
 * grow and are swept one by one, so that no moment is long however many entries there are. Within a segment: ordered open
 * addressing, and no deletion but by building the segment anew.
 */
export interface KeyTable {
  /** What is known of a key already is kept: the widest cover and the latest end. */
  put(entry: KeyEntry): void
  /** The cut-off of the entry, 0 for one without; -1 where there is none. */
  find(key: RevocationKey): number
  /** Forgets what ended before this, in seconds since 1970, in one of the segments; whether there was anything. */
  sweep(segment: number, before: number): boolean
  /** Of each key in a segment. */
  eachHash(segment: number, tell: (hash: number) => void): void
  size(): number
}

export interface KeyEntry extends RevocationKey {
  /** Below 2^48; 0 covers everything. */
  cutoff: number
  /** Seconds since 1970; not 0, which marks a free slot. */
  end: number
}

export const segmentCount = 256

interface Segment {
  capacity: number
  used: number
  /** Four words a slot: the key and the end. */
  slots: Int32Array
  /** Three halves of a word a slot. Most kinds have no cut-offs, and spend nothing on them. */
  cutoffs: Uint16Array | undefined
}

/** Above it, runs of taken slots get long. */
const maxLoad = 0.85
const growth = 1.2
const smallest = 8

/** @param seed so that nobody outside can choose values that meet in one place */
export function createKeyTable(seed: number): KeyTable {
  const segments = Array.from({ length: segmentCount }, () => emptySegment(0))
  let size = 0

  return {
    size: () => size,
    find(key) {
      const hash = hashKey(key, seed)
      const segment = segments[hash & 0xff]!
      if (segment.used === 0) return -1
      const place = probe(segment, key, hash)
      if (!isAt(segment.slots, place, key)) return -1
      return segment.cutoffs === undefined ? 0 : cutoffAt(segment.cutoffs, place)
    },
    put(entry) {
      if (entry.end === 0) return
      const hash = hashKey(entry, seed)
      const place = hash & 0xff
      if (segments[place]!.used + 1 > segments[place]!.capacity * maxLoad) {
        segments[place] = rebuild(segments[place]!, Math.max(smallest, Math.ceil(segments[place]!.capacity * growth)), { before: 0, seed })
      }
      if (write(segments[place]!, entry, hash)) size++
    },
    sweep(place, before) {
      const segment = segments[place]!
      const live = countLive(segment, before)
      if (live === segment.used) return false
      size -= segment.used - live
      const fitting = live === 0 ? 0 : Math.max(smallest, Math.ceil(live / (maxLoad * 0.9)))
      segments[place] = rebuild(segment, Math.min(segment.capacity, fitting), { before, seed })
      return true
    },
    eachHash(place, tell) {
      const { slots } = segments[place]!
      for (let at = 0; at < slots.length; at += 4) {
        if (slots[at + 3] !== 0) tell(hashKey({ a: slots[at]!, b: slots[at + 1]!, c: slots[at + 2]! }, seed))
      }
    }
  }
}

function emptySegment(capacity: number): Segment {
  return { capacity, used: 0, slots: new Int32Array(capacity * 4), cutoffs: undefined }
}

/** The keys are random or digests, but their holder may have chosen among many. */
export function hashKey({ a, b, c }: RevocationKey, seed: number): number {
  let hash = Math.imul(a ^ seed, 0x85ebca6b)
  hash = Math.imul(hash ^ hash >>> 15 ^ b, 0xc2b2ae35)
  hash = Math.imul(hash ^ hash >>> 13 ^ c, 0x85ebca6b)
  return hash ^ hash >>> 16
}

/**
 * The place of the key, or the one where it would stand. On the way from where a key belongs, first words only fall: what is
 * not there is missed after a few slots, not at the end of a long run (Amble and Knuth, Ordered hash tables, 1974).
 */
function probe({ slots, capacity }: Segment, { a, b, c }: RevocationKey, hash: number): number {
  const end = capacity * 4
  let place = ((hash >>> 8) * capacity / 0x1000000 | 0) * 4
  while (slots[place + 3] !== 0 && slots[place]! >= a) {
    if (slots[place] === a && slots[place + 1] === b && slots[place + 2] === c) return place
    place += 4
    if (place === end) place = 0
  }
  return place
}

function isAt(slots: Int32Array, place: number, { a, b, c }: RevocationKey): boolean {
  return slots[place + 3] !== 0 && slots[place] === a && slots[place + 1] === b && slots[place + 2] === c
}

/** Whether the key is a new one. */
function write(segment: Segment, entry: KeyEntry, hash: number): boolean {
  const { slots } = segment
  const place = probe(segment, entry, hash)
  if (!isAt(slots, place, entry)) {
    insert(segment, entry, place)
    return true
  }
  slots[place + 3] = Math.max(slots[place + 3]! >>> 0, entry.end)
  const known = segment.cutoffs === undefined ? 0 : cutoffAt(segment.cutoffs, place)
  writeCutoff(segment, place, known === 0 || entry.cutoff === 0 ? 0 : Math.max(known, entry.cutoff))
  return false
}

/** From the place on, whatever has a smaller first word moves on: there always is a free slot. */
function insert(segment: Segment, entry: KeyEntry, place: number): void {
  const { slots, capacity } = segment
  let { a, b, c, end, cutoff } = entry
  segment.used++
  for (let at = place; ; at = at + 4 === capacity * 4 ? 0 : at + 4) {
    const taken = slots[at + 3]!
    if (taken !== 0 && slots[at]! >= a) continue
    const [nextA, nextB, nextC] = [slots[at]!, slots[at + 1]!, slots[at + 2]!]
    const nextCutoff = segment.cutoffs === undefined ? 0 : cutoffAt(segment.cutoffs, at)
    slots[at] = a
    slots[at + 1] = b
    slots[at + 2] = c
    slots[at + 3] = end
    writeCutoff(segment, at, cutoff)
    if (taken === 0) return
    a = nextA
    b = nextB
    c = nextC
    end = taken >>> 0
    cutoff = nextCutoff
  }
}

function writeCutoff(segment: Segment, place: number, cutoff: number): void {
  if (cutoff === 0 && segment.cutoffs === undefined) return
  const cutoffs = segment.cutoffs ??= new Uint16Array(segment.capacity * 3)
  const at = (place >> 2) * 3
  cutoffs[at] = cutoff / 0x100000000
  cutoffs[at + 1] = cutoff / 0x10000
  cutoffs[at + 2] = cutoff
}

function cutoffAt(cutoffs: Uint16Array, place: number): number {
  const at = (place >> 2) * 3
  return cutoffs[at]! * 0x100000000 + cutoffs[at + 1]! * 0x10000 + cutoffs[at + 2]!
}

function countLive({ slots }: Segment, before: number): number {
  let live = 0
  for (let at = 3; at < slots.length; at += 4) if (slots[at]! >>> 0 >= before && slots[at] !== 0) live++
  return live
}

interface Rebuilding {
  before: number
  seed: number
}

function rebuild(segment: Segment, capacity: number, { before, seed }: Rebuilding): Segment {
  const built = emptySegment(capacity)
  const { slots, cutoffs } = segment
  const entry: KeyEntry = { a: 0, b: 0, c: 0, cutoff: 0, end: 0 }
  for (let place = 0; place < slots.length; place += 4) {
    entry.end = slots[place + 3]! >>> 0
    if (entry.end === 0 || entry.end < before) continue
    entry.a = slots[place]!
    entry.b = slots[place + 1]!
    entry.c = slots[place + 2]!
    entry.cutoff = cutoffs === undefined ? 0 : cutoffAt(cutoffs, place)
    write(built, entry, hashKey(entry, seed))
  }
  return built
}
