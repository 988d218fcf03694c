/** A browser that is signed in: the session behind its cookie, which is known here by its SHA-256 alone. */
export interface BrowserSession {
  /** `sid`. */
  id: string
  userId: string
  email: string
  role: string
  /** When the user last gave a password, by the database's clock. */
  authTime: Date
  /** Seconds since then, by the same clock. */
  authAge: number
  amr: string[]
}

/** A password was right: what follows counts only while its hash is still the stored one and the user is enabled. */
export interface BrowserSignIn {
  userId: string
  passwordHash: string
  amr: string[]
  cookieHash: Buffer
  /** A device to remember, by the SHA-256 of its secret. */
  deviceHash: Buffer
}

export interface BrowserSessionStore {
  /** Begins a session. Atomic. Undefined when the user was disabled or the password changed meanwhile. */
  begin(signIn: BrowserSignIn & {
    sessionId: string
    userAgent: string | undefined
    /** Seconds. */
    lifetime: number
  }): Promise<BrowserSession | undefined>
  /**
   * The same user again in the same session: it is under another cookie from now on, the authentication is new, and so is
   * its lifetime.
   * Atomic. Undefined as above, or when the session has ended or is another user's.
   */
  renew(signIn: BrowserSignIn & { sessionId: string; lifetime: number }): Promise<BrowserSession | undefined>
  /** The live session behind a cookie. */
  find(cookieHash: Buffer): Promise<BrowserSession | undefined>
}
