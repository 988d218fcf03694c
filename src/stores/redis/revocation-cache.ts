import type { JournalEntry, TargetKind } from '../journal.ts'
import type { RevocationCache } from '../revocation-cache.ts'
import type { RedisConnection } from './connection.ts'
import { revocationListLifetime } from './keys.ts'

/** How many entries one script call adds: Redis serves nobody else meanwhile. */
const batchSize = 500

export function createRedisRevocationCache(connection: RedisConnection): RevocationCache {
  const { revocationHead, revocationEntries, revocationEnds, revocationChannel } = connection.keys
  const listKeys = [revocationHead, revocationEntries, revocationEnds]
  const lifetime = String(revocationListLifetime * 1000)

  async function add(batch: readonly JournalEntry[], raisedTo: string): Promise<void> {
    await connection.run(client => client.announceRevocations(listKeys,
      [raisedTo, lifetime, revocationChannel, ...batch.flatMap(scriptArgs)]))
  }

  /** The head is raised with the last batch, so that no reader takes half a list for the whole. */
  async function write(entries: Iterable<JournalEntry>, head: number): Promise<void> {
    let last: JournalEntry[] = []
    for (const batch of batchesOf(entries)) {
      if (last.length > 0) await add(last, '')
      last = batch
    }
    await add(last, String(head))
  }

  return {
    async head() {
      const head = await connection.run(client => client.get(revocationHead))
      return head === null ? undefined : Number(head)
    },
    async entriesAfter(after, upTo) {
      const found = await connection.run(client =>
        client.zRange(revocationEntries, `(${after}`, String(upTo), { BY: 'SCORE' }))
      return found.map(decodeEntry)
    },
    async announce(entries) {
      if (entries.length > 0) await write(entries, Math.max(...entries.map(entry => entry.seq)))
    },
    async reset(seq, entries, seen) {
      const cleared = await connection.run(client => client.clearRevocations(listKeys, [String(seen ?? '')]))
      if (cleared) await write(entries, seq)
    },
    onChange: listener => {
      const stopAnnounced = connection.on('message', () => listener('announced'))
      const stopReconnected = connection.on('ready', () => listener('reconnected'))
      return () => [stopAnnounced, stopReconnected].forEach(stop => stop())
    }
  }
}

function* batchesOf(entries: Iterable<JournalEntry>): Generator<JournalEntry[]> {
  let batch: JournalEntry[] = []
  for (const entry of entries) {
    if (batch.push(entry) < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** An entry as it lies in Redis; the member names are short because there may be many. */
interface StoredEntry {
  s: number
  t: TargetKind
  v: string
  n?: number
  r: string
  c: number
  e: number
  h: string
}

function scriptArgs(entry: JournalEntry): string[] {
  const stored: StoredEntry = {
    s: entry.seq,
    t: entry.target,
    v: entry.value,
    ...(entry.cutoff !== undefined && { n: entry.cutoff }),
    r: entry.reason,
    c: entry.createdAt.getTime(),
    e: entry.endsAt.getTime(),
    h: entry.hash.toString('base64url')
  }
  return [String(stored.s), String(stored.e), JSON.stringify(stored)]
}

function decodeEntry(text: string): JournalEntry {
  const stored = JSON.parse(text) as StoredEntry
  return {
    seq: stored.s,
    target: stored.t,
    value: stored.v,
    cutoff: stored.n,
    reason: stored.r,
    createdAt: new Date(stored.c),
    endsAt: new Date(stored.e),
    hash: Buffer.from(stored.h, 'base64url')
  }
}
