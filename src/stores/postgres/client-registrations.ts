import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientRegistrationStore } from '../client-registrations.ts'
import { changeTerms } from './change-terms.ts'
import type { Database } from './database.ts'

const pruneBatch = 1000

export function createClientRegistrationStore({ query }: Database): ClientRegistrationStore {
  return {
    replace: ({ clientId, registrationTokenHash, secretHash, endReason, ...terms }, actor) => changeTerms(query, {
      clientId, secretHash, endReason, terms, actor, kind: 'client/replaced', details: {},
      condition: Prisma.sql`registration_token_hash = ${registrationTokenHash}::bytea AND disabled_at IS NULL`,
      // What the caller saw of the client may be of before.
      ends: Prisma.sql`${endReason !== undefined}::boolean AND NOT 'none' = ANY(auth_methods)`
    }),
    async pruneUnused(age) {
      let pruned = 0
      const statement = pruning(age)
      for (let batch = pruneBatch; batch === pruneBatch; pruned += batch) batch = await query.run(statement)
      return pruned
    }
  }
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
