import type { ClientChangeOutcome, NextSecretHash } from './client-changes.ts'
import type { ClientTerms } from './clients.ts'

/** What a registration may say anew. */
export type ClientReplacement = Omit<ClientTerms, 'audience'> & {
  clientId: string
  /** Of the caller's registration access token: another one changes nothing. */
  registrationTokenHash: Buffer
  secretHash: NextSecretHash
  /** Why all that was granted while the client proved itself ends, if it did until now; undefined: it does from now on. */
  endReason: string | undefined
}

/** Clients that registered themselves (RFC 7591, RFC 7592). */
export interface ClientRegistrationStore {
  /**
   * Everything at once, and the end of what was granted with it. Atomic: undefined, and no change, when there is no such client
   * with that token, or no secret to keep.
   */
  replace(replacement: ClientReplacement, actor: string): Promise<ClientChangeOutcome | undefined>
  /** Deletes those that are older than so many seconds and that no user has ever let in. Returns how many. */
  pruneUnused(age: number): Promise<number>
}
