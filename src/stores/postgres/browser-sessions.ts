import { Prisma } from '../../generated/prisma/client.ts'
import type { BrowserSession, BrowserSessionStore, BrowserSignIn } from '../browser-sessions.ts'
import type { Database } from './database.ts'
import { rememberDevice } from './remember-device.ts'
import { sessionStands } from './rows.ts'

export interface BrowserSessionRow {
  id: string
  user_id: string
  email: string
  role: string
  auth_time: Date | string
  auth_age: number
  amr: string[]
}

/** A session `s` with its user `u`. */
export const browserSessionColumns = Prisma.sql`s.id, s.user_id, u.email, u.role, s.auth_time, s.amr,
  extract(epoch FROM clock_timestamp() - s.auth_time)::float8 AS auth_age`

export function createBrowserSessionStore({ query }: Database): BrowserSessionStore {
  return {
    async begin(signIn) {
      const row = await query.row<BrowserSessionRow>(beginning(signIn))
      return row && toBrowserSession(row)
    },
    async renew(signIn) {
      const row = await query.row<BrowserSessionRow>(renewing(signIn))
      return row && toBrowserSession(row)
    },
    async find(cookieHash) {
      const row = await query.row<BrowserSessionRow>(Prisma.sql`
        SELECT ${browserSessionColumns} FROM sessions s JOIN users u ON u.id = s.user_id CROSS JOIN service_state st
        WHERE s.cookie_hash = ${cookieHash}::bytea AND s.expires_at > clock_timestamp() AND ${sessionStands}`)
      return row && toBrowserSession(row)
    }
  }
}

/** As for every session, the number is taken after the share lock on the user's row (sessions.ts). */
function beginning(signIn: Parameters<BrowserSessionStore['begin']>[0]): Prisma.Sql {
  return Prisma.sql`
    WITH ${lockedUser(signIn)}, numbered AS MATERIALIZED (
      SELECT id AS user_id, nextval('grant_numbers') AS number, clock_timestamp() AS moment FROM u
    ), s AS (
      INSERT INTO sessions (id, number, user_id, amr, auth_time, user_agent, cookie_hash, created_at, expires_at)
      SELECT ${signIn.sessionId}, number, user_id, ${signIn.amr}::text[], moment, ${signIn.userAgent ?? null}::text,
        ${signIn.cookieHash}::bytea, moment, moment + make_interval(secs => ${signIn.lifetime}::int) FROM numbered
      RETURNING id, user_id, auth_time, amr
    ) ${rememberDevice(signIn.deviceHash, Prisma.sql`numbered`)}
    ${noting('user/signed-in')}`
}

function renewing(signIn: Parameters<BrowserSessionStore['renew']>[0]): Prisma.Sql {
  return Prisma.sql`
    WITH ${lockedUser(signIn)}, s AS (
      UPDATE sessions s SET auth_time = clock_timestamp(), amr = ${signIn.amr}::text[],
        cookie_hash = ${signIn.cookieHash}::bytea,
        expires_at = clock_timestamp() + make_interval(secs => ${signIn.lifetime}::int)
      FROM u, service_state st
      WHERE s.id = ${signIn.sessionId} AND s.user_id = u.id AND s.expires_at > clock_timestamp() AND ${sessionStands}
      RETURNING s.id, s.user_id, s.auth_time, s.amr
    ) ${rememberDevice(signIn.deviceHash, Prisma.sql`s`)}
    ${noting('user/authenticated-again')}`
}

const lockedUser = ({ userId, passwordHash }: BrowserSignIn): Prisma.Sql => Prisma.sql`
  u AS MATERIALIZED (
    SELECT id, email, role, disabled_at, grants_cutoff FROM users
    WHERE id = ${userId} AND disabled_at IS NULL AND password_hash = ${passwordHash} FOR SHARE
  )`

const noting = (kind: string): Prisma.Sql => Prisma.sql`
  SELECT ${browserSessionColumns} FROM s CROSS JOIN u CROSS JOIN LATERAL record_audit(
    ${kind}, 'user:' || u.id, u.id, jsonb_build_object('session', s.id)) AS noted`

export function toBrowserSession(row: BrowserSessionRow): BrowserSession {
  return {
    id: row.id,
    userId: row.user_id,
    email: row.email,
    role: row.role,
    authTime: new Date(row.auth_time),
    authAge: row.auth_age,
    amr: row.amr
  }
}
