import { isDeepStrictEqual } from 'node:util'
import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientChange, ClientChangeStore } from '../client-changes.ts'
import type { ClientTerms } from '../clients.ts'
import { assignClientTerms, assignSecret, matchClientTerms } from './client-terms.ts'
import type { Database } from './database.ts'
import { entryColumns, hasEntry, toEntry, type MaybeEntry } from './rows.ts'

export function createClientChangeStore({ query }: Database): ClientChangeStore {
  return {
    async change(change) {
      const row = await query.row<MaybeEntry>(changing(change))
      return row && { entry: hasEntry(row) ? toEntry(row) : undefined }
    }
  }
}

/**
 * Whoever comes while another change is under way waits for its row, and then finds another client than the one that the
 * change was decided on. The cut-off is taken after that, so that no grant made in between is above it.
 */
function changing({ clientId, before, after, secretHash, endReason, actor }: ClientChange): Prisma.Sql {
  const details = JSON.stringify(listChanges(before, after))
  const { number, entry } = ending(endReason, actor)
  return Prisma.sql`
    WITH unchanged AS MATERIALIZED (
      SELECT id, grants_cutoff FROM clients WHERE id = ${clientId} AND ${matchClientTerms(before)}
        AND (NOT ${secretHash === 'keep'}::boolean OR secret_hash IS NOT NULL) FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT id, ${number} AS number FROM unchanged
    ), changed AS (
      UPDATE clients SET ${assignClientTerms(after)}, ${assignSecret(secretHash)}, grants_cutoff = cutoff.number
      FROM cutoff WHERE clients.id = cutoff.id RETURNING clients.id, cutoff.number
    )
    SELECT ${entryColumns} FROM changed CROSS JOIN LATERAL
      record_audit('client/changed', ${actor}, changed.id, ${details}::jsonb) AS noted
    CROSS JOIN LATERAL ${entry} AS entry`
}

/** Without a reason the number stays, and the entry is one of nulls: a function in an outer join would be called all the same. */
function ending(reason: string | undefined, actor: string): { number: Prisma.Sql; entry: Prisma.Sql } {
  return reason === undefined
    ? { number: Prisma.sql`grants_cutoff`, entry: Prisma.sql`(SELECT (NULL::revocations).*)` }
    : {
        number: Prisma.sql`nextval('grant_numbers')`,
        entry: Prisma.sql`append_revocation('client', changed.id, changed.number, ${reason}, ${actor})`
      }
}

/** What the audit trail keeps: each member that is another now, as it was and as it is. */
function listChanges(before: ClientTerms, after: ClientTerms): { before: object; after: object } {
  const [old, anew] = [flatten(before), flatten(after)]
  const names = Object.keys({ ...old, ...anew }).filter(name => !isDeepStrictEqual(old[name], anew[name]))
  const only = (members: Record<string, unknown>) => Object.fromEntries(names.map(name => [name, members[name]]))
  return { before: only(old), after: only(anew) }
}

const flatten = ({ profile, ...terms }: ClientTerms): Record<string, unknown> => ({ ...terms, ...profile })
