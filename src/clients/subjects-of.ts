import { sectorOf } from '../protocol/pairwise.ts'
import type { Client } from '../stores/clients.ts'

/** Whose subjects a client's users are known by; undefined for the public ones. No change of a client may change it (ADR 21). */
export function subjectsOf(client: Pick<Client, 'id' | 'redirectUris' | 'profile'>): string | undefined {
  return client.profile.subjectType === 'pairwise' ? sectorOf(client) : undefined
}
