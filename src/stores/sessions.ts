import type { GrantState } from './grants.ts'
import type { JournalEntry } from './journal.ts'
import type { Act } from './users.ts'

/** One sign-in of one user, as the user may see it. */
export interface Session {
  id: string
  userId: string
  userAgent: string | undefined
  authTime: Date
  createdAt: Date
  /** The last refresh of any grant in it, or its creation. */
  lastUsedAt: Date
  expiresAt: Date
}

/** A sign-in: the session and its first grant, in one act. */
export interface SignIn {
  sessionId: string
  userId: string
  /** The sign-in counts only while this is still the stored hash and the user is enabled. */
  passwordHash: string
  amr: string[]
  userAgent: string | undefined
  grant: NewGrant
  /** A device to remember, by the SHA-256 of its secret. */
  deviceHash: Buffer | undefined
}

export interface NewGrant {
  /** 80 random bits behind the number in the grant's id. */
  idRandom: Buffer
  /** 128 random bits that the refresh tokens' MAC covers. */
  secret: Buffer
  macKid: string
  clientId: string
  scopes: string[]
  audience: string[]
  keyBinding: string | undefined
  /** Seconds. */
  idleLifetime: number
  /** Seconds. */
  absoluteLifetime: number
}

export interface SessionStore {
  /** Atomic. Undefined when the user was disabled or the password changed meanwhile. */
  start(signIn: SignIn): Promise<GrantState | undefined>
  /** The live sessions of a user, newest first. */
  list(userId: string): Promise<Session[]>
  /**
   * Ends a session, its grants and their tokens. Idempotent; undefined when there is no live session of that id (and of
   * that user, when one is named).
   */
  end(sessionId: string, act: Act, userId?: string): Promise<JournalEntry | undefined>
}
