import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientChangeOutcome, NextSecretHash } from '../client-changes.ts'
import { assignClientTerms, assignSecret, type SomeTerms } from './client-terms.ts'
import type { Query } from './query.ts'
import { entryColumns, hasEntry, toEntry, type MaybeEntry } from './rows.ts'

export interface TermsChange {
  clientId: string
  /** What the client must be: of another one nothing changes. */
  condition: Prisma.Sql
  terms: SomeTerms
  secretHash: NextSecretHash
  /** Whether everything that was granted until now ends, as the client's row says once it is locked. */
  ends: Prisma.Sql
  endReason: string | undefined
  actor: string
  /** For the audit trail. */
  kind: string
  details: object
}

/**
 * A client's terms anew, and the end of what was granted by the former ones, in one statement. Whoever comes while another change
 * is under way waits for its row, and then finds another client than the one that the change was decided on. The cut-off is taken
 * after that, so that no grant made in between is above it.
 */
export async function changeTerms(query: Query, change: TermsChange): Promise<ClientChangeOutcome | undefined> {
  const row = await query.row<MaybeEntry>(changing(change))
  return row && { entry: hasEntry(row) ? toEntry(row) : undefined }
}

function changing({ clientId, condition, terms, secretHash, ends, endReason, actor, kind, details }: TermsChange): Prisma.Sql {
  // The entry is made in a CASE: an outer join would call the function all the same.
  return Prisma.sql`
    WITH present AS MATERIALIZED (
      SELECT id, grants_cutoff, ${ends} AS ends FROM clients
      WHERE id = ${clientId} AND ${condition} AND (NOT ${secretHash === 'keep'}::boolean OR secret_hash IS NOT NULL) FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT id, ends, CASE WHEN ends THEN nextval('grant_numbers') ELSE grants_cutoff END AS number FROM present
    ), changed AS (
      UPDATE clients SET ${assignClientTerms(terms)}, ${assignSecret(secretHash)}, grants_cutoff = cutoff.number
      FROM cutoff WHERE clients.id = cutoff.id RETURNING clients.id, cutoff.ends, cutoff.number
    ), ended AS MATERIALIZED (
      SELECT id, CASE WHEN ends THEN append_revocation('client', id, number, ${endReason ?? null}::text, ${actor}) END AS entry FROM changed
    )
    SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
      record_audit(${kind}, ${actor}, ended.id, ${JSON.stringify(details)}::jsonb) AS noted
    CROSS JOIN LATERAL (SELECT (ended.entry).*) AS entry`
}
