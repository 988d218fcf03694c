import type { GrantState } from '../stores/grants.ts'
import type { NewGrant, SessionStore } from '../stores/sessions.ts'
import type { SignedIn, SignInRequest, SignInWithPassword } from './sign-in.ts'

/** Signing in to the first-party API: a session and its first grant. */
export type SignInFirstParty = (request: SignInRequest) => Promise<SignedIn<GrantState>>

export interface FirstPartySignInOptions {
  signIn: SignInWithPassword
  sessions: SessionStore
  newGrant(): NewGrant
}

export function createFirstPartySignIn({ signIn, sessions, newGrant }: FirstPartySignInOptions): SignInFirstParty {
  return request => signIn(request, (_user, proof) => sessions.start({ ...proof, grant: newGrant() }))
}
