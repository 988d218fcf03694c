import { Prisma } from '../../generated/prisma/client.ts'
import type { NumberRange, StatusListStore } from '../status-lists.ts'
import type { Database } from './database.ts'
import { grantStands } from './rows.ts'

const pruneBatch = 5_000

export function createStatusListStore({ query }: Database): StatusListStore {
  return {
    async highestNumber() {
      const row = await query.row<{ last: bigint }>(Prisma.sql`SELECT last_value AS last FROM grant_numbers`)
      return Number(row!.last)
    },
    async inUse(numbersPerList) {
      const rows = await query.rows<{ list: bigint }>(hoppingThroughLists(numbersPerList))
      return rows.map(row => Number(row.list))
    },
    async readEnded(range) {
      const row = (await query.row<{ seq: bigint; hash: Buffer; offsets: Buffer }>(readingEnded(range)))!
      return { head: { seq: Number(row.seq), hash: row.hash }, numbers: toNumbers(row.offsets, range.from) }
    },
    async prune() {
      let pruned = 0
      for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) {
        batch = await query.run(Prisma.sql`
          DELETE FROM ended_numbers WHERE number IN (
            SELECT number FROM ended_numbers WHERE ends_at < clock_timestamp()
            LIMIT ${pruneBatch}::int FOR UPDATE SKIP LOCKED)`)
      }
      return pruned
    }
  }
}

/** The numbers come as one value, four bytes each: a list has up to 131,072, and as many rows would take far longer. */
function readingEnded({ from, to }: NumberRange): Prisma.Sql {
  const inRange = (column: Prisma.Sql): Prisma.Sql =>
    Prisma.sql`${column} >= ${from}::bigint AND ${column} < ${to}::bigint`
  return Prisma.sql`
    WITH ended AS (
      SELECT g.number FROM grants g JOIN users u ON u.id = g.user_id JOIN sessions s ON s.id = g.session_id
        JOIN clients c ON c.id = g.client_id CROSS JOIN service_state st
      WHERE ${inRange(Prisma.sql`g.number`)} AND NOT ${grantStands}
      UNION ALL
      SELECT number FROM ended_numbers WHERE ${inRange(Prisma.sql`number`)}
    )
    SELECT head.seq, head.hash, coalesce(
      (SELECT string_agg(int4send((number - ${from}::bigint)::int), '') FROM ended), '') AS offsets
    FROM journal_head head`
}

/** From the first number of a list to the first of the next that has one: as many steps as lists, whatever is in them. */
function hoppingThroughLists(numbersPerList: number): Prisma.Sql {
  const nextFrom = (number: Prisma.Sql): Prisma.Sql => Prisma.sql`
    least((SELECT min(number) FROM grants WHERE number >= ${number}),
      (SELECT min(number) FROM ended_numbers WHERE number >= ${number})) / ${numbersPerList}::bigint`
  return Prisma.sql`
    WITH RECURSIVE lists AS (
      SELECT ${nextFrom(Prisma.sql`0`)} AS list
      UNION ALL
      SELECT ${nextFrom(Prisma.sql`(lists.list + 1) * ${numbersPerList}::bigint`)} FROM lists WHERE lists.list IS NOT NULL
    )
    SELECT list FROM lists WHERE list IS NOT NULL ORDER BY list`
}

function toNumbers(offsets: Buffer, from: number): number[] {
  const numbers: number[] = []
  for (let at = 0; at < offsets.length; at += 4) numbers.push(from + offsets.readUInt32BE(at))
  return numbers
}
