import type { BrowserSession, BrowserSessionStore } from '../stores/browser-sessions.ts'
import type { Sessions } from './sessions.ts'
import type { SignedIn, SignInProof, SignInRequest, SignInWithPassword } from './sign-in.ts'

/**
 * Signing in on our own pages: a session that the browser's cookie stands for. The same user again keeps the session, as
 * the applications in it know it, under another cookie; another user's begins anew, and ends the one before.
 */
export type SignInBrowser = (request: SignInRequest, browser: SigningBrowser) => Promise<SignedIn<BrowserSession>>

export interface SigningBrowser {
  /** SHA-256 of the cookie it has held so far. */
  formerCookieHash: Buffer | undefined
  /** SHA-256 of the cookie it is about to hold. */
  cookieHash: Buffer
}

export interface BrowserSignInOptions {
  signIn: SignInWithPassword
  browserSessions: BrowserSessionStore
  sessions: Sessions
  /** Seconds. */
  sessionLifetime: number
}

export function createBrowserSignIn(options: BrowserSignInOptions): SignInBrowser {
  const { signIn, browserSessions, sessions, sessionLifetime } = options

  async function open(proof: SignInProof, cookieHash: Buffer, former: BrowserSession | undefined) {
    if (former?.userId === proof.userId) {
      const renewed = await browserSessions.renew({ ...proof, cookieHash, sessionId: former.id, lifetime: sessionLifetime })
      if (renewed !== undefined) return renewed
    }
    return browserSessions.begin({ ...proof, cookieHash, lifetime: sessionLifetime })
  }

  return async (request, { formerCookieHash, cookieHash }) => {
    const former = formerCookieHash && await browserSessions.find(formerCookieHash)
    const signedIn = await signIn(request, (_user, proof) => open(proof, cookieHash, former))
    if (former !== undefined && former.id !== signedIn.opened.id) await sessions.end(former.id, former.userId)
    return signedIn
  }
}
