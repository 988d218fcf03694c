import type { JournalEntry } from './journal.ts'
import type { Act } from './users.ts'

/**
 * What users allowed clients. An item is a scope of the issuer by its name, one of an API as `<identifier> <scope>`, or a single
 * claim as `claim <name>`; behind `to <address> ` for a client that registered itself.
 */
export interface Consent {
  clientId: string
  clientName: string
  items: string[]
  createdAt: Date
  updatedAt: Date
}

export interface ConsentStore {
  /** Adds to what is allowed already, or begins anew after a withdrawal. Idempotent. False when the user or the client is gone. */
  give(consent: { userId: string; clientId: string; items: string[] }): Promise<boolean>
  /** Newest first. */
  list(userId: string): Promise<Consent[]>
  /**
   * Forgets the consent and ends every grant of this user to this client. Undefined when there was none. An authorization
   * code that is out becomes nothing, also when the user allows the same again.
   */
  withdraw(userId: string, clientId: string, act: Act): Promise<JournalEntry[] | undefined>
}
