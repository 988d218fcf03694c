import type { BrowserSession } from './browser-sessions.ts'

/** All that an authorization needs to know of the person in front of it. */
export interface AuthorizationStanding {
  session: BrowserSession
  /** What the user has allowed this client (stores/consents.ts). */
  consented: string[]
  /** Which consent that is: one that was withdrawn and given anew is another. 0 while there is none. */
  consentNumber: number
  /** For the grant that may follow: whatever ends everything from now on has a higher one. */
  grantNumber: number
}

export interface AuthorizationStore {
  /** In one statement. Undefined when the cookie is nobody's any more. */
  look(cookieHash: Buffer, clientId: string): Promise<AuthorizationStanding | undefined>
}
