import { Prisma } from '../../generated/prisma/client.ts'
import type { SubjectStore } from '../subjects.ts'
import type { Database } from './database.ts'

export function createSubjectStore({ query }: Database): SubjectStore {
  return {
    async assign(userId, sector, candidate) {
      return (await query.row<{ subject: string }>(assigning(userId, sector, candidate)))!.subject
    }
  }
}

/**
 * Writes only where nothing is known. The update that changes nothing is there to return the row of whoever came first: it
 * is not in this statement's snapshot.
 */
function assigning(userId: string, sector: string, candidate: string): Prisma.Sql {
  return Prisma.sql`
    WITH known AS MATERIALIZED (
      SELECT subject FROM pairwise_subjects WHERE user_id = ${userId} AND sector = ${sector}
    ), added AS (
      INSERT INTO pairwise_subjects (user_id, sector, subject)
      SELECT ${userId}, ${sector}, ${candidate} WHERE NOT EXISTS (SELECT 1 FROM known)
      ON CONFLICT (user_id, sector) DO UPDATE SET subject = pairwise_subjects.subject
      RETURNING subject
    )
    SELECT subject FROM known UNION ALL SELECT subject FROM added`
}
