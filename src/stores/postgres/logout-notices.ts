import { Prisma } from '../../generated/prisma/client.ts'
import type { Claim, LogoutNotice, LogoutNoticeStore } from '../logout-notices.ts'
import type { Database } from './database.ts'

interface NoticeRow {
  id: bigint
  client_id: string
  uri: string | null
  is_for_stranger: boolean
  session_id: string
  subject: string
  attempts: number
}

export function createLogoutNoticeStore({ query }: Database): LogoutNoticeStore {
  return {
    async claim(claim) {
      return (await query.rows<NoticeRow>(claiming(claim))).map(toNotice)
    },
    async settle(id) {
      await query.run(Prisma.sql`DELETE FROM logout_notices WHERE id = ${id}::bigint`)
    },
    async giveUp(id) {
      await query.run(Prisma.sql`
        WITH gone AS (
          DELETE FROM logout_notices WHERE id = ${id}::bigint RETURNING client_id, session_id, attempts
        )
        INSERT INTO audit_events (kind, actor, subject, details)
        SELECT 'logout-notice/given-up', 'countersign', client_id,
          jsonb_build_object('session', session_id, 'attempts', attempts) FROM gone`)
    }
  }
}

/** Rows that another claim holds are passed over, so that no two get the same and none waits. */
function claiming({ limit, except, delays }: Claim): Prisma.Sql {
  return Prisma.sql`
    WITH due AS MATERIALIZED (
      SELECT id FROM logout_notices WHERE due_at <= clock_timestamp() AND client_id <> ALL (${[...except]}::text[])
      ORDER BY due_at, id LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
    )
    UPDATE logout_notices n SET attempts = n.attempts + 1, due_at = clock_timestamp() + make_interval(
      secs => (${[...delays]}::int[])[least(n.attempts + 1, ${delays.length}::int)])
    FROM due, clients c WHERE n.id = due.id AND c.id = n.client_id
    RETURNING n.id, n.client_id, c.backchannel_logout_uri AS uri,
      c.registration_token_hash IS NOT NULL AS is_for_stranger, n.session_id, n.subject, n.attempts`
}

function toNotice(row: NoticeRow): LogoutNotice {
  return {
    id: Number(row.id),
    clientId: row.client_id,
    uri: row.uri ?? undefined,
    isForStranger: row.is_for_stranger,
    sessionId: row.session_id,
    subject: row.subject,
    attempts: row.attempts
  }
}
