import type { Random } from '../ports/random.ts'
import { pairwisePrefix, sectorOf } from '../protocol/pairwise.ts'
import type { Client } from '../stores/clients.ts'
import type { SubjectStore } from '../stores/subjects.ts'

/** The `sub` of a user in the tokens of a client: the same for ever, and for pairwise clients another in each sector. */
export type AssignSubject = (userId: string, client: Pick<Client, 'id' | 'redirectUris' | 'profile'>) => Promise<string>

export interface AssignSubjectOptions {
  subjects: SubjectStore
  random: Random
}

export function createAssignSubject({ subjects, random }: AssignSubjectOptions): AssignSubject {
  return async (userId, client) => client.profile.subjectType === 'pairwise'
    ? subjects.assign(userId, sectorOf(client), pairwisePrefix + random.bytes(16).toString('base64url'))
    : userId
}
