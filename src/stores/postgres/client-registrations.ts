import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientRegistrationStore, ClientReplacement } from '../client-registrations.ts'
import { assignClientTerms, assignSecret } from './client-terms.ts'
import type { Database } from './database.ts'

const pruneBatch = 1000

export function createClientRegistrationStore({ query }: Database): ClientRegistrationStore {
  return {
    async replace(replacement, actor) {
      return await query.row(replacing(replacement, actor)) !== undefined
    },
    async pruneUnused(age) {
      let pruned = 0
      const statement = pruning(age)
      for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) batch = await query.run(statement)
      return pruned
    }
  }
}

function replacing({ clientId, registrationTokenHash, secretHash, ...terms }: ClientReplacement, actor: string): Prisma.Sql {
  return Prisma.sql`
    WITH changed AS (
      UPDATE clients SET ${assignClientTerms(terms)}, ${assignSecret(secretHash)}
      WHERE id = ${clientId} AND registration_token_hash = ${registrationTokenHash}::bytea
        AND disabled_at IS NULL AND (NOT ${secretHash === 'keep'}::boolean OR secret_hash IS NOT NULL) RETURNING id
    )
    SELECT changed.id FROM changed CROSS JOIN LATERAL
      record_audit('client/replaced', ${actor}, changed.id, '{}') AS noted`
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
