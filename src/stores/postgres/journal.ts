import { Prisma } from '../../generated/prisma/client.ts'
import type { JournalEntry, JournalHead, JournalStore } from '../journal.ts'
import type { Database } from './database.ts'
import type { Query } from './query.ts'
import { entryColumns, hasEntry, toEntry, type EntryRow, type MaybeEntry } from './rows.ts'

interface HeadRow {
  head_seq: bigint
  head_hash: Buffer
}

const pruneBatch = 5_000
/** Entries that are turned from rows into objects at a time: nothing else runs meanwhile. */
const pageSize = 2_000

export function createJournalStore({ query }: Database): JournalStore {
  const one = async (statement: Prisma.Sql) => toEntry((await query.row<EntryRow>(statement))!)
  const readHead = async () =>
    toHead((await query.row<HeadRow>(Prisma.sql`SELECT seq AS head_seq, hash AS head_hash FROM journal_head`))!)
  return {
    head: readHead,
    async readAfter(after, limit) {
      const rows = await query.rows<MaybeEntry & { known: boolean }>(reading(after, limit))
      return rows[0]?.known === true ? rows.filter(hasEntry).map(toEntry) : 'unknown'
    },
    async snapshot() {
      const head = await readHead()
      return { head, pages: readPages(query, head.seq) }
    },
    revokeToken: (jti, { reason, actor }) =>
      one(Prisma.sql`SELECT ${entryColumns} FROM revoke_token(${jti}, ${reason}, ${actor}) AS entry`),
    revokeIssuer: ({ reason, actor }) => one(endingAll(reason, actor)),
    async prune() {
      let pruned = 0
      // The last one stays: whoever follows stands there, and would have to begin anew when the next one comes.
      for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) {
        batch = await query.run(Prisma.sql`
          DELETE FROM revocations WHERE seq IN (
            SELECT seq FROM revocations WHERE ends_at < clock_timestamp() AND seq < (SELECT seq FROM journal_head)
            LIMIT ${pruneBatch}::int)`)
      }
      return pruned
    }
  }
}

/** Entries never change, so that the pages make a whole though time passes between them. */
async function* readPages(query: Query, upTo: number): AsyncGenerator<JournalEntry[]> {
  for (let after = 0, full = true; full;) {
    const rows = await query.rows<EntryRow>(Prisma.sql`
      SELECT ${entryColumns} FROM revocations entry
      WHERE entry.seq > ${after}::bigint AND entry.seq <= ${upTo}::bigint AND entry.ends_at > clock_timestamp()
      ORDER BY entry.seq LIMIT ${pageSize}::int`)
    if (rows.length > 0) yield rows.map(toEntry)
    full = rows.length === pageSize
    after = Number(rows.at(-1)?.seq)
  }
}

/** The check and the entries come from one snapshot of the database. */
function reading(after: JournalHead, limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT place.known, ${entryColumns}
    FROM (
      SELECT EXISTS (
        SELECT 1 FROM journal_head WHERE seq = ${after.seq}::bigint AND hash = ${after.hash}::bytea
        UNION ALL
        SELECT 1 FROM revocations WHERE seq = ${after.seq}::bigint AND hash = ${after.hash}::bytea
      ) AS known
    ) place LEFT JOIN LATERAL (
      SELECT * FROM revocations
      WHERE place.known AND seq > ${after.seq}::bigint AND ends_at > clock_timestamp()
      ORDER BY seq LIMIT ${limit}::int
    ) entry ON true ORDER BY entry.seq`
}

/** Locks the journal before the state, in the order that a changed client or key takes them: no deadlock. */
function endingAll(reason: string, actor: string): Prisma.Sql {
  return Prisma.sql`
    WITH head AS MATERIALIZED (
      SELECT seq FROM journal_head FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT nextval('grant_numbers') AS number FROM head
    ), ended AS (
      UPDATE service_state SET grants_cutoff = cutoff.number FROM cutoff RETURNING service_state.grants_cutoff
    )
    SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
      append_revocation('issuer', '', ended.grants_cutoff, ${reason}, ${actor}) AS entry`
}

function toHead(row: HeadRow): JournalHead {
  return { seq: Number(row.head_seq), hash: row.head_hash }
}
