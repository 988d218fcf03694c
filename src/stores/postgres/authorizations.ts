import { Prisma } from '../../generated/prisma/client.ts'
import type { AuthorizationStore } from '../authorizations.ts'
import { browserSessionColumns, toBrowserSession, type BrowserSessionRow } from './browser-sessions.ts'
import type { Database } from './database.ts'
import { sessionStands } from './rows.ts'

type StandingRow = BrowserSessionRow & { consented: string[] | null; consent_number: number | null; grant_number: number }

export function createAuthorizationStore({ query }: Database): AuthorizationStore {
  return {
    async look(cookieHash, clientId) {
      // A number that nothing comes of is no loss: they are ordered, not counted.
      const row = await query.rowAsJson<StandingRow>(Prisma.sql`
        SELECT ${browserSessionColumns}, k.items AS consented, k.number AS consent_number, nextval('grant_numbers') AS grant_number
        FROM sessions s JOIN users u ON u.id = s.user_id CROSS JOIN service_state st
        LEFT JOIN consents k ON k.user_id = u.id AND k.client_id = ${clientId}
        WHERE s.cookie_hash = ${cookieHash}::bytea AND s.expires_at > clock_timestamp() AND ${sessionStands}`)
      return row && {
        session: toBrowserSession(row),
        consented: row.consented ?? [],
        consentNumber: row.consent_number ?? 0,
        grantNumber: row.grant_number
      }
    }
  }
}
