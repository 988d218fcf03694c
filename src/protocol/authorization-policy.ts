import type { AuthorizationErrorCode } from './authorization-errors.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/**
 * What has to happen before a code may be issued, in the order in which a person is asked: who is it, which account, may
 * the client. With `prompt=none` whatever would have to be asked is an error instead (OpenID Connect Core §3.1.2.6).
 */
export type NextStep = Question | 'wrong-user' | 'issue'

export type Question = 'sign-in' | 'select-account' | 'consent'

/** The session behind the browser's cookie, if there is one. */
export interface SeenSession {
  id: string
  /** Seconds since the user last gave a password. */
  authAge: number
  /** Whether the user is the one that `id_token_hint` names; true without a hint. */
  isHinted: boolean
}

/**
 * What has been done since the request came, each with the session in which it was: what one user did is not another's
 * who signs in meanwhile, in the same browser or with its cookies.
 */
export interface Progress {
  signedIn?: string
  selected?: string
  consented?: string
  /** They want to be somebody else than who is signed in. */
  otherAccount: boolean
}

export interface Circumstances {
  session: SeenSession | undefined
  /** Whether an earlier consent covers all that is asked for now, or none is needed. */
  isConsentCovered: boolean
  progress: Progress
}

export const noProgress: Progress = { otherAccount: false }

export function decideNextStep(
  request: Pick<AuthorizationRequest, 'prompts' | 'maxAge'>, { session, isConsentCovered, progress }: Circumstances
): NextStep {
  const { prompts, maxAge } = request
  if (session === undefined || progress.otherAccount) return 'sign-in'
  const hasSignedIn = progress.signedIn === session.id
  // Who signs in as somebody else than the client means is not asked for ever (OpenID Connect Core §3.1.2.1).
  if (!session.isHinted) return hasSignedIn ? 'wrong-user' : 'sign-in'
  const mustSignIn = prompts.includes('login') || (maxAge !== undefined && (session.authAge > maxAge || maxAge === 0))
  if (mustSignIn && !hasSignedIn) return 'sign-in'
  // Whoever has just signed in has chosen the account by that.
  if (prompts.includes('select_account') && progress.selected !== session.id && !hasSignedIn) return 'select-account'
  if (!isConsentCovered || (prompts.includes('consent') && progress.consented !== session.id)) return 'consent'
  return 'issue'
}

/** What the client is told where nobody may be asked. */
export function errorOfStep(step: Exclude<NextStep, 'issue'>): AuthorizationErrorCode {
  switch (step) {
    case 'sign-in':
    case 'wrong-user': return 'login_required'
    case 'select-account': return 'account_selection_required'
    case 'consent': return 'consent_required'
  }
}
