import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { JournalEntry } from './journal.ts'
import type { NewGrant } from './sessions.ts'
import type { Act } from './users.ts'

/** A grant, with all that minting a token from it needs. Times are the database's. */
export interface GrantState {
  id: string
  clientId: string
  userId: string
  sessionId: string
  scopes: string[]
  audience: string[]
  keyBinding: string | undefined
  secret: Buffer
  /** The number of the current refresh token, counted from 1. */
  generation: number
  /** The MAC key the current refresh token was made with. */
  macKid: string
  role: string
  authTime: Date
  amr: string[]
  /** The `sub` of its tokens: the user's id, or a pairwise one. */
  subject: string
  /** Granted `offline_access`: it outlives its session, and its access tokens name none. */
  offline: boolean
  /** The `claims` parameter it was asked for with (OpenID Connect Core §5.5). */
  claims: ClaimsRequest | undefined
}

/** A second look at a grant whose rotation did not happen, so that refresh-policy can say why. */
export interface GrantStanding extends GrantState {
  /** Not revoked, nor its session, user or client, nor ended by a cut-off. */
  live: boolean
  /** Past its idle or absolute lifetime. */
  expired: boolean
  /** When its current refresh token was made. */
  issuedAt: Date
  /** When that one expires, if nothing ends it before. */
  endsAt: Date
  /** Seconds since each of the last rotations, newest first, at most eight. */
  rotationAges: number[]
}

export interface Rotation {
  grantId: string
  /** The generation the caller holds. */
  generation: number
  clientId: string
  keyBinding: string | undefined
  /** Empty means all that was granted. */
  scopes: string[]
  /** Of the grant's audience; empty means all of it. */
  resources: string[]
  /** What all of the grant's audience must be among; undefined means anything. */
  openAudience: string[] | undefined
  /** The proof that the caller holds the token: see tokens/refresh-token.ts. */
  proof: RefreshProof
  /** The MAC key for the successor. */
  macKid: string
  /** Seconds. */
  idleLifetime: number
}

/** HMAC-SHA-256 over the grant's secret with a key of this one token, in a form that SQL can finish. */
export interface RefreshProof {
  innerBlock: Buffer
  outerBlock: Buffer
  /** SHA-256 of the MAC in the token; comparing digests tells nothing by its timing. */
  macDigest: Buffer
}

/** A code being spent: the grant it becomes. Its number was taken when the code was issued. */
export interface Redemption {
  grant: NewGrant
  number: number
  userId: string
  /** As the signed tokens have it: a user whose role has changed gets none of them. */
  role: string
  subject: string
  sessionId: string
  authTime: Date
  amr: string[]
  offline: boolean
  claims: ClaimsRequest | undefined
  /** The number of the consent that covers it (stores/authorizations.ts); undefined where none is asked for. */
  consentNumber: number | undefined
  /** SHA-256 of the code. One code becomes one grant, for ever. */
  origin: Buffer
  redirectUri: string
  codeChallenge: string | undefined
}

/** What is left of a code that became a grant: enough to tell a replay by its client from a guess. */
export interface SpentCode {
  grantId: string
  clientId: string
  redirectUri: string
  codeChallenge: string | undefined
}

/** What a `jti` that names a grant belongs to. */
export interface GrantOwner {
  grantId: string
  subject: string
  /** Undefined for an offline grant: it does not end with its session. */
  sessionId: string | undefined
  clientId: string
}

export interface GrantStore {
  /**
   * Atomic. `spent` when the code became a grant before; `dead` when its session, user, client or consent ended since the
   * number was taken, or the number never was.
   */
  redeem(redemption: Redemption): Promise<'redeemed' | 'spent' | 'dead'>
  /** The grant that a code became, by the code's SHA-256; undefined when it never did. */
  findSpent(origin: Buffer): Promise<SpentCode | undefined>
  /** Atomic: generation n becomes n + 1 if every condition holds; undefined, and no change, otherwise. */
  rotate(rotation: Rotation): Promise<GrantState | undefined>
  /** Undefined when there is no such grant. */
  find(grantId: string): Promise<GrantStanding | undefined>
  /** Who the grants belong to; those that do not exist are left out. */
  findOwners(grantIds: string[]): Promise<GrantOwner[]>
  /** Ends a grant and its tokens. Idempotent; undefined when it was ended before or does not exist. */
  revoke(grantId: string, act: Act): Promise<JournalEntry | undefined>
}
