import type { ClientTerms } from './clients.ts'
import type { JournalEntry } from './journal.ts'

/** `keep` leaves the one that there is; undefined: the client has none from now on. */
export type NextSecretHash = Buffer | 'keep' | undefined

export interface ClientChange {
  clientId: string
  /** What the change was decided on: of a client that is another by now nothing changes. */
  before: ClientTerms
  after: ClientTerms
  secretHash: NextSecretHash
  /** Why every grant and token that the client has ends with the change; undefined: none does. */
  endReason: string | undefined
  actor: string
}

export interface ClientChangeOutcome {
  /** Of the end of everything, where that was asked for. */
  entry: JournalEntry | undefined
}

/** Clients that an operator registered, and changes. */
export interface ClientChangeStore {
  /** Everything at once. Atomic: undefined, and no change, when the client is gone, or is not what it was before. */
  change(change: ClientChange): Promise<ClientChangeOutcome | undefined>
}
