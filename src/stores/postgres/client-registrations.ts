import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientRegistrationStore, ClientReplacement } from '../client-registrations.ts'
import { assignClientTerms, assignSecret } from './client-terms.ts'
import type { Database } from './database.ts'
import { entryColumns, hasEntry, toEntry, type MaybeEntry } from './rows.ts'

const pruneBatch = 1000

export function createClientRegistrationStore({ query }: Database): ClientRegistrationStore {
  return {
    async replace(replacement, actor) {
      const row = await query.row<MaybeEntry>(replacing(replacement, actor))
      return row && { entry: hasEntry(row) ? toEntry(row) : undefined }
    },
    async pruneUnused(age) {
      let pruned = 0
      const statement = pruning(age)
      for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) batch = await query.run(statement)
      return pruned
    }
  }
}

/** Whether it ends anything is for the row to say, once it is locked: what the caller saw of the client may be of before. */
function replacing({ clientId, registrationTokenHash, secretHash, endReason, ...terms }: ClientReplacement, actor: string): Prisma.Sql {
  return Prisma.sql`
    WITH present AS MATERIALIZED (
      SELECT id, grants_cutoff, ${endReason !== undefined}::boolean AND NOT 'none' = ANY(auth_methods) AS ends FROM clients
      WHERE id = ${clientId} AND registration_token_hash = ${registrationTokenHash}::bytea
        AND disabled_at IS NULL AND (NOT ${secretHash === 'keep'}::boolean OR secret_hash IS NOT NULL) FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT id, ends, CASE WHEN ends THEN nextval('grant_numbers') ELSE grants_cutoff END AS number FROM present
    ), changed AS (
      UPDATE clients SET ${assignClientTerms(terms)}, ${assignSecret(secretHash)}, grants_cutoff = cutoff.number
      FROM cutoff WHERE clients.id = cutoff.id RETURNING clients.id, cutoff.ends, cutoff.number
    ), ended AS MATERIALIZED (
      SELECT id, CASE WHEN ends THEN append_revocation('client', id, number, ${endReason ?? null}::text, ${actor}) END AS entry FROM changed
    )
    SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
      record_audit('client/replaced', ${actor}, ended.id, '{}') AS noted
    CROSS JOIN LATERAL (SELECT (ended.entry).*) AS entry`
}

/**
 * A consent outlives the grants that came of it. No journal entry: what never had a grant has no token. One that is being
 * granted its first at this moment holds a lock on the client, and is passed over.
 */
function pruning(age: number): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM clients WHERE id IN (
      SELECT id FROM clients c WHERE registration_token_hash IS NOT NULL
        AND created_at < clock_timestamp() - make_interval(secs => ${age}::int)
        AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id)
        AND NOT EXISTS (SELECT 1 FROM consents n WHERE n.client_id = c.id)
      LIMIT ${pruneBatch}::int FOR UPDATE SKIP LOCKED)`
}
