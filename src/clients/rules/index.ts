import type { Reason } from '../../protocol/errors.ts'
import type { ClientTerms } from '../../stores/clients.ts'
import { authMethods } from './auth-methods.ts'
import { clientKeys } from './client-keys.ts'
import { grantTypes } from './grant-types.ts'
import { links } from './links.ts'
import { logoutUris } from './logout-uris.ts'
import { name } from './name.ts'
import { pkce } from './pkce.ts'
import { redirectUris } from './redirect-uris.ts'
import { scopesAndAudience } from './scopes-and-audience.ts'
import { subjects } from './subjects.ts'

/** All that a registration decides of a client, whoever asks for it. */
export type ClientDraft = ClientTerms

export interface RuleContext {
  issuer: string
  /** The grant types that work, and whether a public client may use them. */
  grantTypes: ReadonlyArray<{ type: string; allowsPublicClients: boolean }>
}

export interface ClientFault {
  reason: Reason
  sentence: string
}

/** One rule that a client must obey. Pure: what is wrong is answered, not thrown. */
export type ClientRule = (draft: ClientDraft, context: RuleContext) => ClientFault | undefined

/** A further rule is one file and one line here. */
const rules: readonly ClientRule[] = [
  name, grantTypes, authMethods, clientKeys, scopesAndAudience, redirectUris, logoutUris, pkce, subjects, links
]

export function findClientFault(draft: ClientDraft, context: RuleContext): ClientFault | undefined {
  for (const rule of rules) {
    const fault = rule(draft, context)
    if (fault !== undefined) return fault
  }
  return undefined
}
