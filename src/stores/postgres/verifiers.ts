import { Prisma } from '../../generated/prisma/client.ts'
import type { WhenStale } from '../../protocol/verifier-rule.ts'
import type { Acknowledgement, Subscription, Verifier, VerifiersView, VerifierStore } from '../verifiers.ts'
import type { Database } from './database.ts'

interface VerifierRow {
  client_id: string
  instance: string
  kids: string[] | null
  max_staleness: number | null
  when_stale: string | null
  subscribed_at: Date
  acknowledged_at: Date | null
  seq: bigint | null
  reached_at: Date | null
  is_exact: boolean | null
}

interface ViewRow {
  now: Date
  head: bigint
  revocation_seq: bigint | null
  revoked_at: Date | null
}

type LookRow = ViewRow & (VerifierRow | { client_id: null })

/** How many acknowledged sequences a row keeps. */
const keptSequences = 64
const silentDays = 7
/** So that a client that gives itself ever new names fills neither the table nor everybody's answer. */
const maxNames = 10_000

export function createVerifierStore({ query }: Database): VerifierStore {
  return {
    async note(subscriptions) {
      const rows = await query.rows<{ has_room: boolean }>(noting(subscriptions))
      return rows.map(row => row.has_room ? 'noted' : 'full')
    },
    async acknowledge(batch) {
      const rows = await query.rows<{ is_kept: boolean; has_room: boolean }>(acknowledging(batch))
      return rows.map(row => !row.has_room ? 'full' : row.is_kept ? 'kept' : 'unknown')
    },
    look: async seq => toView(await query.rows<LookRow>(looking(seq))),
    async forget({ clientId, instance }) {
      await query.run(Prisma.sql`DELETE FROM verifiers WHERE client_id = ${clientId} AND instance = ${instance}`)
    },
    async remove({ clientId, instance }, actor) {
      return await query.row(Prisma.sql`
        WITH gone AS (
          DELETE FROM verifiers WHERE client_id = ${clientId} AND instance = ${instance} RETURNING client_id, instance, sequences
        )
        SELECT gone.instance FROM gone CROSS JOIN LATERAL record_audit('verifier/removed', ${actor}, gone.client_id,
          jsonb_build_object('instance', gone.instance, 'seq', gone.sequences[1])) AS noted`) !== undefined
    },
    prune: () => query.run(Prisma.sql`
      DELETE FROM verifiers WHERE when_stale IN ('lookup', 'reject') AND max_staleness IS NOT NULL
        AND greatest(subscribed_at, acknowledged_at) < clock_timestamp() - make_interval(days => ${silentDays}::int)`)
  }
}

/** In one order, whoever writes, so that batches of two instances do not wait for each other in a circle. A client that is being
 * deleted has no verifiers. */
const ofClients = Prisma.sql`JOIN clients c ON c.id = given.client_id WHERE given.has_room
  ORDER BY given.client_id, given.instance FOR KEY SHARE OF c`

/** Whether the name is known, or its client has fewer than it may; those before it in the batch count as new. */
const hasRoom = Prisma.sql`(
  EXISTS (SELECT 1 FROM verifiers v WHERE v.client_id = given.client_id AND v.instance = given.instance)
  OR (SELECT count(*) FROM verifiers v WHERE v.client_id = given.client_id) + given.place < ${maxNames}::int) AS has_room`

/**
 * The rule under which a revoked token may pass for longer: of each part what was known, or what is said now. To say nothing is
 * the laxest, the fourth of three.
 */
const laxer = Prisma.sql`
  nullif(greatest(coalesce(verifiers.max_staleness, 'infinity'), coalesce(excluded.max_staleness, 'infinity')), 'infinity'),
  (ARRAY['reject', 'lookup', 'accept'])[greatest(
    coalesce(array_position(ARRAY['reject', 'lookup', 'accept'], verifiers.when_stale), 4),
    coalesce(array_position(ARRAY['reject', 'lookup', 'accept'], excluded.when_stale), 4))]`

function noting(subscriptions: readonly Subscription[]): Prisma.Sql {
  const given = subscriptions.map(({ clientId, instance, maxStaleness, whenStale }, place) =>
    ({ place, client_id: clientId, instance, max_staleness: maxStaleness, when_stale: whenStale }))
  return Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT given.*, ${hasRoom} FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given(
        place int, client_id text, instance text, max_staleness float8, when_stale text)
    ), noted AS (
      INSERT INTO verifiers (client_id, instance, max_staleness, when_stale, subscribed_at)
      SELECT given.client_id, given.instance, given.max_staleness, given.when_stale, clock_timestamp() FROM given ${ofClients}
      ON CONFLICT (client_id, instance) DO UPDATE SET (max_staleness, when_stale) = ROW(${laxer})
      WHERE (verifiers.max_staleness, verifiers.when_stale) IS DISTINCT FROM (${laxer})
    )
    SELECT has_room FROM given ORDER BY place`
}

/** Nothing alive lies before the first entry, so its place needs no hash. */
const isKnownPoint = Prisma.sql`(
  given.seq = 0
  OR EXISTS (SELECT 1 FROM journal_head h WHERE h.seq = given.seq AND substring(h.hash FROM 1 FOR 12) = decode(given.hash, 'hex'))
  OR EXISTS (SELECT 1 FROM revocations r WHERE r.seq = given.seq AND substring(r.hash FROM 1 FOR 12) = decode(given.hash, 'hex')))`

function acknowledging(batch: readonly Acknowledgement[]): Prisma.Sql {
  const given = batch.map(({ clientId, instance, seq, hash, kids, maxStaleness, whenStale }, place) => ({
    place, client_id: clientId, instance, seq, hash: Buffer.from(hash, 'base64url').toString('hex'), kids,
    max_staleness: maxStaleness, when_stale: whenStale
  }))
  return Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT given.*, ${hasRoom} FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given(
        place int, client_id text, instance text, seq bigint, hash text, kids text[], max_staleness float8, when_stale text)
    ), known AS MATERIALIZED (
      SELECT given.*, clock_timestamp() AS at FROM given JOIN clients c ON c.id = given.client_id
      WHERE given.has_room AND ${isKnownPoint} ORDER BY given.client_id, given.instance FOR KEY SHARE OF c
    ), kept AS (
      INSERT INTO verifiers AS v (
        client_id, instance, kids, max_staleness, when_stale, subscribed_at, acknowledged_at, sequences, times)
      SELECT client_id, instance, kids, max_staleness, when_stale, at, at, ARRAY[seq], ARRAY[at]
      FROM known ORDER BY client_id, instance
      ON CONFLICT (client_id, instance) DO UPDATE SET
        kids = coalesce(excluded.kids, v.kids),
        max_staleness = coalesce(excluded.max_staleness, v.max_staleness),
        when_stale = coalesce(excluded.when_stale, v.when_stale),
        acknowledged_at = greatest(excluded.acknowledged_at, v.acknowledged_at),
        sequences = CASE WHEN excluded.sequences[1] > coalesce(v.sequences[1], -1)
          THEN (excluded.sequences || v.sequences)[1:${keptSequences}::int] ELSE v.sequences END,
        times = CASE WHEN excluded.sequences[1] > coalesce(v.sequences[1], -1)
          THEN (excluded.times || v.times)[1:${keptSequences}::int] ELSE v.times END
      RETURNING v.client_id, v.instance
    )
    SELECT kept.client_id IS NOT NULL AS is_kept, given.has_room FROM given LEFT JOIN kept USING (client_id, instance) ORDER BY given.place`
}

/** The oldest acknowledgement that covers the revocation is the first, unless an older one may have been forgotten. */
function looking(seq: number | undefined): Prisma.Sql {
  return Prisma.sql`
    SELECT clock_timestamp() AS now, head.seq AS head, entry.seq AS revocation_seq, entry.created_at AS revoked_at,
      v.client_id, v.instance, v.kids, v.max_staleness, v.when_stale, v.subscribed_at, v.acknowledged_at,
      v.sequences[1] AS seq, reached.at AS reached_at,
      cardinality(v.sequences) < ${keptSequences}::int OR v.sequences[${keptSequences}::int] < entry.seq AS is_exact
    FROM journal_head head
    LEFT JOIN revocations entry
      ON entry.seq = coalesce(${seq ?? null}::bigint, head.seq) AND entry.ends_at > clock_timestamp()
    LEFT JOIN verifiers v ON true
    LEFT JOIN LATERAL (
      SELECT min(given.at) AS at FROM unnest(v.sequences, v.times) AS given(seq, at) WHERE given.seq >= entry.seq
    ) reached ON true
    ORDER BY v.client_id, v.instance`
}

function toView(rows: LookRow[]): VerifiersView {
  const { now, head, revocation_seq: seq, revoked_at: revokedAt } = rows[0]!
  return {
    now,
    head: Number(head),
    revocation: seq === null || revokedAt === null ? undefined : { seq: Number(seq), revokedAt },
    verifiers: rows.filter(row => row.client_id !== null).map(row => toVerifier(row))
  }
}

function toVerifier(row: VerifierRow): Verifier {
  return {
    clientId: row.client_id,
    instance: row.instance,
    kids: row.kids ?? undefined,
    maxStaleness: row.max_staleness ?? undefined,
    whenStale: (row.when_stale ?? undefined) as WhenStale | undefined,
    subscribedAt: row.subscribed_at,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    seq: row.seq === null ? undefined : Number(row.seq),
    reached: row.reached_at === null ? undefined : { at: row.reached_at, isExact: row.is_exact === true }
  }
}
