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
  email: string
  authTime: Date
  amr: string[]
}

/** A second look at a grant whose rotation did not happen, so that refresh-policy can say why. */
export interface GrantStanding extends GrantState {
  /** Not revoked, nor its session, user or client, nor ended by a cut-off. */
  live: boolean
  /** Past its idle or absolute lifetime. */
  expired: boolean
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

/** A code being spent: the grant it becomes. */
export interface Redemption {
  grant: NewGrant
  userId: string
  sessionId: string
  /** SHA-256 of the code. One code becomes one grant, for ever. */
  origin: Buffer
}

/** What a `jti` that names a grant belongs to. */
export interface GrantOwner {
  grantId: string
  userId: string
  sessionId: string
  clientId: string
}

export interface GrantStore {
  /** Atomic. `spent` when the code became a grant before, `dead` when its session, user or client ended meanwhile. */
  redeem(redemption: Redemption): Promise<GrantState | 'spent' | 'dead'>
  /** Atomic: generation n becomes n + 1 if every condition holds; undefined, and no change, otherwise. */
  rotate(rotation: Rotation): Promise<GrantState | undefined>
  /** Undefined when there is no such grant. */
  find(grantId: string): Promise<GrantStanding | undefined>
  /** Who the grants belong to; those that do not exist are left out. */
  findOwners(grantIds: string[]): Promise<GrantOwner[]>
  /** Ends a grant and its tokens. Idempotent; undefined when it was ended before or does not exist. */
  revoke(grantId: string, act: Act): Promise<JournalEntry | undefined>
}
