import type { JournalEntry } from './journal.ts'
import type { Act } from './users.ts'

/** A registered client. Names on the wire are RFC 7591's. */
export interface Client {
  id: string
  /** See protocol/identifiers.ts. */
  tag: string
  name: string
  /** SHA-256 of the secret; absent for a public client. */
  secretHash: Buffer | undefined
  /** `token_endpoint_auth_method`s that this client may use. */
  authMethods: string[]
  grantTypes: string[]
  scopes: string[]
  /** What `aud` says in its tokens; empty means the issuer. */
  audience: string[]
  redirectUris: string[]
  /** The number that its tokens without a grant carry. */
  grantsCutoff: number
  disabledAt: Date | undefined
  createdAt: Date
}

export type NewClient = Omit<Client, 'grantsCutoff' | 'disabledAt' | 'createdAt'>

export interface ClientStore {
  /** Atomic. False when the id is taken. */
  create(client: NewClient, actor: string): Promise<boolean>
  /** Undefined when there is none. */
  find(clientId: string): Promise<Client | undefined>
  /** All, in order of creation; or those with one of these tags. */
  list(tags?: readonly string[]): Promise<Client[]>
  /** False when there is no such client, or it is public. */
  replaceSecret(clientId: string, secretHash: Buffer, actor: string): Promise<boolean>
  /** Deletes the client with its grants and ends all its tokens. Undefined when there was none. */
  delete(clientId: string, act: Act): Promise<JournalEntry | undefined>
  /** Ends every grant and token the client has at this moment. Undefined when there is none. */
  endEverything(clientId: string, act: Act): Promise<JournalEntry | undefined>
}
