import type { AuthorizationErrorCode } from './authorization-errors.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/**
 * What has to happen before a code may be issued, in the order in which a person is asked: who is it, which account, may
 * the client. With `prompt=none` whatever would have to be asked is an error instead (OpenID Connect Core §3.1.2.6).
 */
export type NextStep = 'sign-in' | 'select-account' | 'consent' | 'issue'

/** The session behind the browser's cookie, if there is one. */
export interface SeenSession {
  id: string
  /** Seconds since the user last gave a password. */
  authAge: number
  /** Whether the user is the one that `id_token_hint` names; true without a hint. */
  isHinted: boolean
}

/** What the person has done since the request came. */
export interface Progress {
  /** The session it was done in. In another one nothing of it counts: whoever is there is asked again. */
  sessionId: string | undefined
  signedIn: boolean
  selected: boolean
  consented: boolean
  /** They want to be somebody else than who is signed in. */
  otherAccount: boolean
}

export interface Circumstances {
  session: SeenSession | undefined
  /** Whether an earlier consent covers all that is asked for now, or none is needed. */
  isConsentCovered: boolean
  progress: Progress
}

export const noProgress: Progress = {
  sessionId: undefined, signedIn: false, selected: false, consented: false, otherAccount: false
}

export type Done = Partial<Progress> & { sessionId: string }

export function addProgress(progress: Progress, done: Done): Progress {
  return { ...progressIn(done.sessionId, progress), ...done }
}

const progressIn = (sessionId: string | undefined, progress: Progress): Progress =>
  progress.sessionId === sessionId ? progress : noProgress

export function decideNextStep(
  request: Pick<AuthorizationRequest, 'prompts' | 'maxAge'>, { session, isConsentCovered, progress }: Circumstances
): NextStep {
  const { prompts, maxAge } = request
  const { signedIn, selected, consented, otherAccount } = progressIn(session?.id, progress)
  if (session === undefined || !session.isHinted || otherAccount) return 'sign-in'
  const mustSignIn = prompts.includes('login') || (maxAge !== undefined && (session.authAge > maxAge || maxAge === 0))
  if (mustSignIn && !signedIn) return 'sign-in'
  // Whoever has just signed in has chosen the account by that.
  if (prompts.includes('select_account') && !selected && !signedIn) return 'select-account'
  if (!isConsentCovered || (prompts.includes('consent') && !consented)) return 'consent'
  return 'issue'
}

/** What the client is told where nobody may be asked. */
export function errorOfStep(step: Exclude<NextStep, 'issue'>): AuthorizationErrorCode {
  switch (step) {
    case 'sign-in': return 'login_required'
    case 'select-account': return 'account_selection_required'
    case 'consent': return 'consent_required'
  }
}
