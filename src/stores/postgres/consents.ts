import { Prisma } from '../../generated/prisma/client.ts'
import type { Consent, ConsentStore } from '../consents.ts'
import type { Database } from './database.ts'
import { entryColumns, hasEntry, toEntry, type MaybeEntry } from './rows.ts'

interface ConsentRow {
  client_id: string
  client_name: string
  items: string[]
  created_at: Date
  updated_at: Date
}

export function createConsentStore({ query }: Database): ConsentStore {
  return {
    async give({ userId, clientId, items }) {
      return await query.row(giving(userId, clientId, items)) !== undefined
    },
    async list(userId) {
      const rows = await query.rows<ConsentRow>(Prisma.sql`
        SELECT k.client_id, c.name AS client_name, k.items, k.created_at, k.updated_at
        FROM consents k JOIN clients c ON c.id = k.client_id
        WHERE k.user_id = ${userId} ORDER BY k.updated_at DESC, k.client_id`)
      return rows.map(toConsent)
    },
    async withdraw(userId, clientId, act) {
      const rows = await query.rows<MaybeEntry>(Prisma.sql`
        SELECT ${entryColumns} FROM withdraw_consent(${userId}, ${clientId}, ${act.reason}, ${act.actor}) AS entry`)
      return rows.length === 0 ? undefined : rows.filter(hasEntry).map(toEntry)
    }
  }
}

/** The user's row is held as every grant of theirs holds it: no consent comes into being beside its end. */
function giving(userId: string, clientId: string, items: string[]): Prisma.Sql {
  return Prisma.sql`
    WITH parties AS MATERIALIZED (
      SELECT u.id AS user_id, c.id AS client_id FROM users u CROSS JOIN clients c
      WHERE u.id = ${userId} AND c.id = ${clientId} FOR SHARE OF u, c
    ), given AS (
      INSERT INTO consents (user_id, client_id, items, number)
      SELECT user_id, client_id, ${items}::text[], nextval('grant_numbers') FROM parties
      ON CONFLICT (user_id, client_id) DO UPDATE SET updated_at = clock_timestamp(), items = ARRAY(
        SELECT DISTINCT item FROM unnest(consents.items || excluded.items) AS item ORDER BY item)
      RETURNING user_id, client_id, items
    )
    SELECT given.user_id FROM given CROSS JOIN LATERAL record_audit('consent/given', 'user:' || given.user_id,
      given.user_id, jsonb_build_object('client', given.client_id, 'items', given.items)) AS noted`
}

function toConsent(row: ConsentRow): Consent {
  return {
    clientId: row.client_id,
    clientName: row.client_name,
    items: row.items,
    createdAt: row.created_at,
    updatedAt: row.updated_at
  }
}
