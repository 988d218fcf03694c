import { isDeepStrictEqual } from 'node:util'
import { Prisma } from '../../generated/prisma/client.ts'
import type { ClientChangeStore } from '../client-changes.ts'
import type { ClientTerms } from '../clients.ts'
import { changeTerms } from './change-terms.ts'
import { matchClientTerms } from './client-terms.ts'
import type { Database } from './database.ts'

export function createClientChangeStore({ query }: Database): ClientChangeStore {
  return {
    change: ({ before, after, ...change }) => changeTerms(query, {
      ...change, terms: after, condition: matchClientTerms(before), ends: Prisma.sql`${change.endReason !== undefined}::boolean`,
      kind: 'client/changed', details: listChanges(before, after)
    })
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
