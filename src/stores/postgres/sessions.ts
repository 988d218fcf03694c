import { Prisma } from '../../generated/prisma/client.ts'
import type { Session, SessionStore, SignIn } from '../sessions.ts'
import type { Database } from './database.ts'
import { rememberDevice } from './remember-device.ts'
import {
  entryColumns, grantColumns, newGrantColumns, newGrantValues, sessionStands, toEntry, toGrant, type EntryRow,
  type GrantRow
} from './rows.ts'

interface SessionRow {
  id: string
  user_id: string
  user_agent: string | null
  auth_time: Date
  created_at: Date
  last_used_at: Date
  expires_at: Date
}

export function createSessionStore({ query }: Database): SessionStore {
  return {
    async start(signIn) {
      const row = await query.row<GrantRow>(beginning(signIn))
      return row && toGrant(row)
    },
    async list(userId) {
      const rows = await query.rows<SessionRow>(Prisma.sql`
        SELECT s.id, s.user_id, s.user_agent, s.auth_time, s.created_at, s.expires_at,
          greatest(s.created_at, (SELECT max(g.rotations[1]) FROM grants g WHERE g.session_id = s.id))
            AS last_used_at
        FROM sessions s JOIN users u ON u.id = s.user_id CROSS JOIN service_state st
        WHERE s.user_id = ${userId} AND s.expires_at > clock_timestamp() AND ${sessionStands}
        ORDER BY s.number DESC`)
      return rows.map(toSession)
    },
    async end(sessionId, act, userId) {
      const owned = userId === undefined ? Prisma.empty : Prisma.sql`AND s.user_id = ${userId}`
      const row = await query.row<EntryRow>(Prisma.sql`
        WITH ended AS (
          UPDATE sessions s SET revoked_at = clock_timestamp() FROM users u, service_state st
          WHERE s.id = ${sessionId} ${owned} AND u.id = s.user_id AND s.expires_at > clock_timestamp()
            AND ${sessionStands}
          RETURNING s.id, s.user_id
        )
        SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
          append_revocation('session', ended.id, NULL, ${act.reason}, ${act.actor}, ended.user_id) AS entry`)
      return row && toEntry(row)
    }
  }
}

/**
 * The numbers are taken after the share lock on the user's row, which every user-wide end takes exclusively:
 * a session is either before the cut-off and dead, or began after it and lives.
 */
function beginning(signIn: SignIn): Prisma.Sql {
  const { grant } = signIn
  return Prisma.sql`
    WITH u AS MATERIALIZED (
      SELECT id, email, role FROM users
      WHERE id = ${signIn.userId} AND disabled_at IS NULL AND password_hash = ${signIn.passwordHash} FOR SHARE
    ), numbered AS MATERIALIZED (
      SELECT id AS user_id, nextval('grant_numbers') AS session_number,
        nextval('grant_numbers') AS grant_number, clock_timestamp() AS moment FROM u
    ), s AS (
      INSERT INTO sessions (id, number, user_id, amr, auth_time, user_agent, created_at, expires_at)
      SELECT ${signIn.sessionId}, session_number, user_id, ${signIn.amr}::text[], moment,
        ${signIn.userAgent ?? null}::text, moment,
        moment + make_interval(secs => ${grant.absoluteLifetime}::int) FROM numbered
      RETURNING id, auth_time, amr, expires_at
    ), g AS (
      INSERT INTO grants (
        id, number, user_id, session_id, created_at, idle_expires_at, expires_at, subject, auth_time, amr,
        ${newGrantColumns})
      SELECT grant_id(grant_number, ${grant.idRandom}::bytea), grant_number, user_id, s.id, moment,
        least(moment + make_interval(secs => ${grant.idleLifetime}::int), s.expires_at), s.expires_at, user_id,
        s.auth_time, s.amr, ${newGrantValues(grant)}
      FROM numbered CROSS JOIN s
      RETURNING *
    ) ${rememberDevice(signIn.deviceHash, Prisma.sql`numbered`)}
    SELECT ${grantColumns} FROM u CROSS JOIN s CROSS JOIN g CROSS JOIN LATERAL record_audit(
      'user/signed-in', 'user:' || u.id, u.id, jsonb_build_object('session', s.id, 'client', g.client_id)
    ) AS noted`
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    userAgent: row.user_agent ?? undefined,
    authTime: row.auth_time,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at
  }
}
