import { Prisma } from '../../generated/prisma/client.ts'
import type { GrantOwner, GrantStanding, GrantStore, Redemption, Rotation, SpentCode } from '../grants.ts'
import type { Database } from './database.ts'
import {
  entryColumns, grantColumns, grantEnd, grantStands, newGrantColumns, newGrantValues, sessionStands, toEntry, toGrant,
  type EntryRow, type GrantRow
} from './rows.ts'

type StandingRow = GrantRow & { live: boolean; expired: boolean; issued_at: Date; ends_at: Date; rotation_ages: number[] }
type OwnerRow = Pick<GrantRow, 'id' | 'subject' | 'client_id'> & { session_id: string | null }
type SpentRow = Pick<GrantRow, 'id' | 'client_id'> & { redirect_uri: string; code_challenge: string | null }

/** A grant with all that decides whether it stands. */
const grantWithOwners = Prisma.sql`
  grants g JOIN users u ON u.id = g.user_id JOIN sessions s ON s.id = g.session_id
  JOIN clients c ON c.id = g.client_id CROSS JOIN service_state st`

export function createGrantStore({ query }: Database): GrantStore {
  return {
    async redeem(redemption) {
      return (await query.row<{ outcome: 'redeemed' | 'spent' | 'dead' }>(redeeming(redemption)))!.outcome
    },
    async findSpent(origin) {
      const row = await query.row<SpentRow>(Prisma.sql`
        SELECT id, client_id, redirect_uri, code_challenge FROM grants WHERE origin = ${origin}::bytea`)
      return row && toSpent(row)
    },
    async rotate(rotation) {
      const row = await query.row<GrantRow>(rotating(rotation))
      return row && toGrant(row)
    },
    async find(grantId) {
      const row = await query.row<StandingRow>(standing(grantId))
      return row && toStanding(row)
    },
    async findOwners(grantIds) {
      const rows = await query.rows<OwnerRow>(Prisma.sql`
        SELECT id, subject, CASE WHEN NOT offline THEN session_id END AS session_id, client_id
        FROM grants WHERE id = ANY(${grantIds}::text[])`)
      return rows.map(toOwner)
    },
    async revoke(grantId, act) {
      const row = await query.row<EntryRow>(Prisma.sql`
        WITH ended AS (
          UPDATE grants SET revoked_at = clock_timestamp() WHERE id = ${grantId} AND revoked_at IS NULL
          RETURNING id, user_id
        )
        SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
          append_revocation('grant', ended.id, NULL, ${act.reason}, ${act.actor}, ended.user_id) AS entry`)
      return row && toEntry(row)
    }
  }
}

const standing = (grantId: string): Prisma.Sql => Prisma.sql`
  SELECT ${grantColumns}, ${grantStands} AS live, ${grantEnd} <= clock_timestamp() AS expired,
    coalesce(g.rotations[1], g.created_at) AS issued_at, ${grantEnd} AS ends_at,
    ARRAY(SELECT extract(epoch FROM clock_timestamp() - moment)::float8
      FROM unnest(g.rotations) WITH ORDINALITY AS r (moment, place) ORDER BY place) AS rotation_ages
  FROM ${grantWithOwners} WHERE g.id = ${grantId}`

/**
 * One round trip, and a heap-only update: no column it writes has an index. Racers wait for the row's lock
 * and then find another generation, so one of them moves it. The proof compares digests of the MAC, not the
 * MAC. `IS NOT DISTINCT FROM` can use no index: without statistics the planner would rather walk all grants
 * of the client than look up the one.
 */
function rotating({ proof, ...rotation }: Rotation): Prisma.Sql {
  return Prisma.sql`
    UPDATE grants g SET
      generation = g.generation + 1,
      mac_kid = ${rotation.macKid},
      rotations = (ARRAY[clock_timestamp()] || g.rotations)[1:8],
      idle_expires_at = least(
        clock_timestamp() + make_interval(secs => ${rotation.idleLifetime}::int), g.expires_at)
    FROM users u, sessions s, clients c, service_state st
    WHERE g.id = ${rotation.grantId} AND g.generation = ${rotation.generation}::int
      AND u.id = g.user_id AND s.id = g.session_id AND c.id = g.client_id
      AND g.client_id IS NOT DISTINCT FROM ${rotation.clientId}
      AND g.key_binding IS NOT DISTINCT FROM ${rotation.keyBinding ?? null}::text
      ${limitsOf(rotation)} AND ${grantEnd} > clock_timestamp() AND ${grantStands}
      AND sha256(sha256(${proof.outerBlock}::bytea || sha256(${proof.innerBlock}::bytea || g.secret)))
        = ${proof.macDigest}::bytea
    RETURNING ${grantColumns}`
}

/** Conditions that a plain refresh goes without: each list costs it time. */
function limitsOf({ scopes, resources, openAudience }: Omit<Rotation, 'proof'>): Prisma.Sql {
  const covers = (column: Prisma.Sql, wanted: string[]): Prisma.Sql =>
    wanted.length === 0 ? Prisma.empty : Prisma.sql`AND ${column} @> ${wanted}::text[]`
  const isOpen = openAudience === undefined ? Prisma.empty : Prisma.sql`AND g.audience <@ ${openAudience}::text[]`
  return Prisma.sql`${covers(Prisma.sql`g.scopes`, scopes)} ${covers(Prisma.sql`g.audience`, resources)} ${isOpen}`
}

/**
 * All that the new grant stands on is locked in share, so that no end of it slips in between; its number was taken before,
 * so that an end which came since then is seen in a cut-off. One that this database never gave, where a backup
 * took the number back that a code in Redis still has, would be above every cut-off to come. Of two redemptions of one code a unique index lets one
 * insert: that of `origin`, or of the id where both came with the same.
 */
function redeeming(redemption: Redemption): Prisma.Sql {
  const { grant, number, userId, sessionId, consentNumber, origin } = redemption
  const consent = consentNumber === undefined
    ? { join: Prisma.empty, lock: Prisma.empty }
    : {
        join: Prisma.sql`JOIN consents k ON k.user_id = u.id AND k.client_id = ${grant.clientId}
          AND k.number = ${consentNumber}::bigint`,
        lock: Prisma.sql`, k`
      }
  return Prisma.sql`
    WITH standing AS MATERIALIZED (
      SELECT u.id AS user_id, s.id AS session_id, clock_timestamp() AS moment,
        least(CASE WHEN NOT ${redemption.offline} THEN s.expires_at END,
          clock_timestamp() + make_interval(secs => ${grant.absoluteLifetime}::int)) AS ends
      FROM users u JOIN sessions s ON s.user_id = u.id ${consent.join} CROSS JOIN clients c CROSS JOIN service_state st
      WHERE u.id = ${userId} AND s.id = ${sessionId} AND c.id = ${grant.clientId} AND c.disabled_at IS NULL
        AND s.expires_at > clock_timestamp() AND ${sessionStands}
        AND u.role = ${redemption.role}
        AND ${number}::bigint >= greatest(u.grants_cutoff, c.grants_cutoff, st.grants_cutoff)
        AND ${number}::bigint <= (SELECT last_value FROM grant_numbers)
      FOR SHARE OF u, s, c, st ${consent.lock}
    ), g AS (
      INSERT INTO grants (
        id, number, user_id, session_id, origin, created_at, idle_expires_at, expires_at, subject, auth_time, amr,
        offline, claims, redirect_uri, code_challenge, ${newGrantColumns})
      SELECT grant_id(${number}::bigint, ${grant.idRandom}::bytea), ${number}::bigint, user_id, session_id,
        ${origin}::bytea, moment, least(moment + make_interval(secs => ${grant.idleLifetime}::int), ends), ends,
        ${redemption.subject}, ${redemption.authTime}::timestamptz, ${redemption.amr}::text[], ${redemption.offline},
        ${redemption.claims === undefined ? null : JSON.stringify(redemption.claims)}::jsonb, ${redemption.redirectUri},
        ${redemption.codeChallenge ?? null}::text, ${newGrantValues(grant)}
      FROM standing
      ON CONFLICT DO NOTHING
      RETURNING id
    )
    SELECT CASE
      WHEN EXISTS (SELECT 1 FROM g) THEN 'redeemed'
      WHEN EXISTS (SELECT 1 FROM standing) OR EXISTS (SELECT 1 FROM grants WHERE origin = ${origin}::bytea) THEN 'spent'
      ELSE 'dead' END AS outcome`
}

function toStanding(row: StandingRow): GrantStanding {
  return {
    ...toGrant(row), live: row.live, expired: row.expired, issuedAt: row.issued_at, endsAt: row.ends_at,
    rotationAges: row.rotation_ages
  }
}

function toSpent(row: SpentRow): SpentCode {
  return {
    grantId: row.id,
    clientId: row.client_id,
    redirectUri: row.redirect_uri,
    codeChallenge: row.code_challenge ?? undefined
  }
}

function toOwner(row: OwnerRow): GrantOwner {
  return {
    grantId: row.id,
    subject: row.subject,
    sessionId: row.session_id ?? undefined,
    clientId: row.client_id
  }
}
