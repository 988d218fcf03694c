import type { JSONWebKeySet } from 'jose'
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
  /** Where a browser may be sent after a logout (OpenID Connect RP-Initiated Logout 1.0 §3). */
  postLogoutRedirectUris: string[]
  /** Where a logout token goes when a session ends that the client takes part in (Back-Channel Logout 1.0 §2.2). */
  backchannelLogoutUri: string | undefined
  /** SHA-256 of the registration access token (RFC 7592 §3); absent for what an operator registered. */
  registrationTokenHash: Buffer | undefined
  profile: ClientProfile
  /** The number that its tokens without a grant carry. */
  grantsCutoff: number
  disabledAt: Date | undefined
  createdAt: Date
}

/** What is absent is off, or not known. Names are RFC 7591's where it has them. */
export interface ClientProfile {
  /** Absent: `web`. A native app may use private schemes and any port of the loopback address (RFC 8252 §7). */
  applicationType?: 'native'
  /** False: an authorization request without a code challenge is accepted. For confidential clients only. */
  requirePkce?: false
  /** An operator vouches for it: its users are not asked for consent. */
  isTrusted?: true
  /** Its users have another `sub` here than elsewhere (OpenID Connect Core §8). */
  subjectType?: 'pairwise'
  /** The host whose clients share these subjects; absent: that of the redirect URIs. */
  sectorIdentifier?: string
  /** The keys that its assertions are signed with. */
  jwks?: JSONWebKeySet
  jwksUri?: string
  /** Also accepts the token endpoint's URL as the audience of an assertion, as clients did before OAuth 2.1. */
  acceptsEndpointAudience?: true
  userinfoSignedResponseAlg?: 'RS256'
  /** Seconds that a sign-in may be old where the request does not say. */
  defaultMaxAge?: number
  /** Whether its logout tokens must name the session. */
  backchannelLogoutSessionRequired?: true
  clientUri?: string
  logoUri?: string
  policyUri?: string
  tosUri?: string
  contacts?: string[]
}

/** What a registration decides of a client, and a change may decide anew. */
export type ClientTerms = Pick<Client,
  'name' | 'authMethods' | 'grantTypes' | 'scopes' | 'audience' | 'redirectUris' | 'postLogoutRedirectUris' |
  'backchannelLogoutUri' | 'profile'>

/** What a registration cannot do without, and what it may add. */
export type NewClient =
  Pick<Client, 'id' | 'tag' | 'name' | 'secretHash' | 'authMethods' | 'grantTypes' | 'scopes' | 'audience' | 'redirectUris'> &
  Partial<Pick<Client, 'postLogoutRedirectUris' | 'backchannelLogoutUri' | 'registrationTokenHash' | 'profile'>>

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
