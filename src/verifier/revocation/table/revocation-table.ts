import { createKeyFilter, type KeyFilter } from './key-filter.ts'
import { createKeyTable, hashKey, segmentCount, type KeyTable } from './key-table.ts'
import { readWord, type RevocationKey } from './revocation-key.ts'
import type { TokenKeys } from './token-keys.ts'

/** The live revocations of every kind, and the rule of docs/revocation-feed.md by which they cover a token. */
export interface RevocationTable {
  /** An entry as it travels, at a place of these bytes. One of a kind that is not known is skipped. */
  add(bytes: Uint8Array, at: number): void
  covers(token: TokenKeys): boolean
  /** Forgets what ended before this, in seconds since 1970: a slice of the whole at each call. */
  sweep(before: number): void
  size(): number
}

export const entrySize = 23

/** Kinds 1 to 7 of the contract: token, grant, session, user, client, key, issuer. */
const kindCount = 7
const issuer = 6
const issuerKey: RevocationKey = { a: 0, b: 0, c: 0 }
/** Segments, so that a call each second comes round in less than a minute. */
const sweptAtOnce = 5

/** @param seed any number, another for each process */
export function createRevocationTable(seed: number): RevocationTable {
  const filter = createKeyFilter()
  const tables = Array.from({ length: kindCount }, () => createKeyTable(seed))
  // One for all: a million of them would be work for the collector.
  const entry = { a: 0, b: 0, c: 0, cutoff: 0, end: 0 }
  let swept = 0

  const isCovered = (kind: number, key: RevocationKey, number: number): boolean => {
    if (!filter.mayHave(hashKey(key, seed))) return false
    const cutoff = tables[kind]!.find(key)
    return cutoff === 0 || cutoff > number && cutoff !== -1
  }

  return {
    size: () => tables.reduce((sum, table) => sum + table.size(), 0),
    add(bytes, at) {
      const table = tables[bytes[at]! - 1]
      if (table === undefined) return
      entry.a = readWord(bytes, at + 1)
      entry.b = readWord(bytes, at + 5)
      entry.c = readWord(bytes, at + 9)
      entry.cutoff = (bytes[at + 13]! << 8 | bytes[at + 14]!) * 0x100000000 + (readWord(bytes, at + 15) >>> 0)
      entry.end = readWord(bytes, at + 19) >>> 0
      filter.note(hashKey(entry, seed))
      table.put(entry)
    },
    covers({ keys, number }) {
      for (let kind = 0; kind < issuer; kind++) {
        const key = keys[kind]
        if (key !== undefined && isCovered(kind, key, number)) return true
      }
      return isCovered(issuer, issuerKey, number)
    },
    sweep(before) {
      for (let count = 0; count < sweptAtOnce; count++) {
        if (tables.map(table => table.sweep(swept, before)).includes(true)) renew(filter, tables, swept)
        swept = (swept + 1) % segmentCount
      }
    }
  }
}

/** A filter cannot forget one key alone. */
function renew(filter: KeyFilter, tables: readonly KeyTable[], segment: number): void {
  filter.clear(segment)
  for (const table of tables) table.eachHash(segment, filter.note)
}
