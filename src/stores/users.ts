import type { StandardClaims } from '../protocol/standard-claims.ts'
import type { JournalEntry } from './journal.ts'

/** One person who signs in. */
export interface User {
  /** `usr_` and 128 random bits: a subject that no client id can equal. */
  id: string
  /** Canonical form, see protocol/email.ts. */
  email: string
  name: string | undefined
  role: string
  /** PHC string (argon2id), or an imported bcrypt or weaker argon2 hash until the next sign-in. */
  passwordHash: string
  disabledAt: Date | undefined
  createdAt: Date
  /** Whether an operator says that mail to the address reaches the user. */
  emailVerified: boolean
  /** What has no column of its own. */
  claims: StandardClaims
  /** The last change of the name, the claims or the state of the address. */
  updatedAt: Date
}

export interface NewUser {
  id: string
  email: string
  name: string | undefined
  role: string
  passwordHash: string
  actor: string
}

export interface PasswordChange {
  userId: string
  /** The change applies only while this is the stored hash. */
  oldHash: string
  newHash: string
  keptSessionId: string
  actor: string
}

/** Why something was ended and by whom, for the journal and the audit trail. */
export interface Act {
  reason: string
  /** `user:<id>`, `client:<id>`, `admin` or `countersign`. */
  actor: string
}

export interface UserStore {
  /** Atomic. False when the address is taken; nothing changes then. */
  register(user: NewUser): Promise<boolean>
  /** By id or canonical address; undefined when there is none. */
  find(by: { id: string } | { email: string }): Promise<User | undefined>
  /** In order of creation, at most `limit`, after the user with id `after`. */
  list(page: { limit: number; after?: string | undefined }): Promise<User[]>
  /** Replaces a hash by a stronger one of the same password. Idempotent; does nothing when another has come between. */
  upgradeHash(userId: string, oldHash: string, newHash: string): Promise<void>
  /** Atomic: the new hash and the end of every other session. Undefined when `oldHash` is no longer the stored one. */
  changePassword(change: PasswordChange): Promise<JournalEntry[] | undefined>
  /**
   * Ends every session and grant the user has at this moment, and with `set` changes the account in the same act. The user
   * is named by id or by a pairwise subject. One entry for the id, and one with the same cut-off for each pairwise subject
   * that a token may carry; none at all when there is no such user.
   */
  endEverything(idOrSubject: string, act: Act, set?: { passwordHash?: string; disabled?: boolean }): Promise<JournalEntry[]>
}
