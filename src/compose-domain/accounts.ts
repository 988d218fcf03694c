import { createAttempts } from '../accounts/attempts.ts'
import { createBrowserSignIn } from '../accounts/browser-sign-in.ts'
import { createConsents } from '../accounts/consents.ts'
import { createFirstPartySignIn } from '../accounts/first-party-sign-in.ts'
import { createChangePassword } from '../accounts/password-change.ts'
import { createPasswords } from '../accounts/passwords.ts'
import { createRegister } from '../accounts/registration.ts'
import { createSessions } from '../accounts/sessions.ts'
import { createSignIn } from '../accounts/sign-in.ts'
import { createDynamicRegistration } from '../clients/dynamic-registration.ts'
import type { FirstPartyGrants } from '../grants/first-party.ts'
import type { Grant } from '../grants/grant.ts'
import { createEndSession } from '../logout/end-session.ts'
import type { Clients } from './clients.ts'
import type { Core } from './core.ts'
import type { DomainTools } from './tools.ts'

interface Granting {
  firstParty: FirstPartyGrants
  grants: readonly Grant[]
}

/** People: how they come, what they allow, how they leave. And the clients that come by themselves. */
export function composeAccounts(tools: DomainTools, core: Core, { registry, firstParty, grants }: Clients & Granting) {
  const { config, random, stores, pulse } = tools
  const { revoker, verifyIdTokenHint } = core
  const passwords = createPasswords(tools)
  const common = { ...tools, ...stores, passwords, attempts: createAttempts(stores), revoker }
  const signIn = createSignIn(common)
  const sessions = createSessions(common)
  return {
    passwords, sessions,
    register: createRegister(common),
    changePassword: createChangePassword(common),
    consents: createConsents(common),
    signIn: createFirstPartySignIn({ ...stores, signIn, newGrant: firstParty.create }),
    signInBrowser: createBrowserSignIn({ ...stores, signIn, sessions, sessionLifetime: config.sessionLifetime }),
    endSession: createEndSession({
      ...stores, registry, verifyIdTokenHint, random, endSession: ({ id, userId }) => sessions.end(id, userId)
    }),
    dynamicRegistration: createDynamicRegistration({
      ...stores, registry, revoker, pulse, random, issuer: config.issuer, grantTypes: grants
    })
  }
}
