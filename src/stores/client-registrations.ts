import type { NextSecretHash } from './client-changes.ts'
import type { ClientTerms } from './clients.ts'

/** What a registration may say anew. */
export type ClientReplacement = Omit<ClientTerms, 'audience'> & {
  clientId: string
  /** Of the caller's registration access token: another one changes nothing. */
  registrationTokenHash: Buffer
  secretHash: NextSecretHash
}

/** Clients that registered themselves (RFC 7591, RFC 7592). */
export interface ClientRegistrationStore {
  /** Everything at once. Atomic: false, and no change, when there is no such client with that token, or no secret to keep. */
  replace(replacement: ClientReplacement, actor: string): Promise<boolean>
  /** Deletes those that are older than so many seconds and that no user has ever let in. Returns how many. */
  pruneUnused(age: number): Promise<number>
}
