/** A logout token that a client has yet to receive. Notices are queued by the statement that ends the session. */
export interface LogoutNotice {
  id: number
  clientId: string
  /** Where it goes; undefined when the client no longer wants to hear of it. */
  uri: string | undefined
  /** The client registered itself. */
  isForStranger: boolean
  sessionId: string
  /** The `sub` that this client knows. */
  subject: string
  /** How often it was claimed, this time included. */
  attempts: number
}

export interface Claim {
  /** How many at most. */
  limit: number
  /** Clients that are left alone this time. */
  except: readonly string[]
  /** Seconds until a notice falls due again after its first, second, … claim; the last one holds for all further. */
  delays: readonly number[]
}

export interface LogoutNoticeStore {
  /**
   * Atomic: the notices that fell due first, each claimed by one caller only, and put off by the same act: should the caller
   * die, or fail, they come again.
   */
  claim(claim: Claim): Promise<LogoutNotice[]>
  /** Forgets one that was delivered, or that nobody wants any more. Idempotent. */
  settle(id: number): Promise<void>
  /** Forgets one that was tried often enough, with an audit event. Idempotent. */
  giveUp(id: number): Promise<void>
}
