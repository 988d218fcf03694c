import { Prisma } from '../../generated/prisma/client.ts'
import type { AuditEvent, AuditStore } from '../audit.ts'
import type { Database } from './database.ts'

type EventRow = Omit<AuditEvent, 'id'> & { id: bigint }

const pruneBatch = 5_000

/**
 * An expired session or grant stays until no access token of it can be alive, so that a `jti` still finds its
 * owner.
 */
const longEnded = Prisma.sql`
  expires_at < (SELECT clock_timestamp() - (last_token_ends() - clock_timestamp()))`

/**
 * A grant may have run its time while the session it was made in goes on: by its row, the client is found that has to hear
 * of the session's end.
 */
const awaitsLogout = Prisma.sql`
  EXISTS (SELECT 1 FROM sessions s JOIN clients c ON c.id = grants.client_id WHERE s.id = grants.session_id
    AND c.backchannel_logout_uri IS NOT NULL AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp())`

export function createAuditStore({ query }: Database): AuditStore {
  return {
    async list({ limit, subject }) {
      const condition = subject === undefined ? Prisma.empty : Prisma.sql`WHERE subject = ${subject}`
      const rows = await query.rows<EventRow>(Prisma.sql`
        SELECT id, at, kind, actor, subject, details FROM audit_events ${condition}
        ORDER BY id DESC LIMIT ${limit}::int`)
      return rows.map(row => ({ ...row, id: Number(row.id) }))
    },
    async record({ kind, actor, subject, details }) {
      await query.run(
        Prisma.sql`SELECT record_audit(${kind}, ${actor}, ${subject}, ${JSON.stringify(details)}::jsonb)`
      )
    },
    async prune({ auditDays }) {
      let pruned = 0
      for (const statement of pruning(auditDays)) {
        for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) batch = await query.run(statement)
      }
      return pruned
    }
  }
}

/**
 * Bounded batches, so that no statement holds many rows for long; grants go before the sessions they refer
 * to.
 */
function pruning(auditDays: number): Prisma.Sql[] {
  const limit = Prisma.sql`LIMIT ${pruneBatch}::int FOR UPDATE SKIP LOCKED`
  return [
    Prisma.sql`DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE ${longEnded}
      AND NOT ${awaitsLogout} ${limit})`,
    // An offline grant needs the row of the session that it outlived.
    Prisma.sql`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ${longEnded}
      AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.session_id = sessions.id) ${limit})`,
    Prisma.sql`DELETE FROM audit_events WHERE id IN (
      SELECT id FROM audit_events WHERE at < clock_timestamp() - make_interval(days => ${auditDays}::int)
      ${limit})`
  ]
}
