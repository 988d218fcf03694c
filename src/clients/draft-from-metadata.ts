import type { JSONWebKeySet } from 'jose'
import { readClientMetadata, type ClientMetadata } from '../protocol/client-metadata.ts'
import { isHttpsUrl } from '../protocol/redirect-uri.ts'
import { isOidcScope } from '../protocol/scope.ts'
import type { ClientProfile } from '../stores/clients.ts'
import type { ClientDraft, ClientFault } from './rules/index.ts'

/**
 * What a client that registers itself may be. An operator vouches for none of it, so it signs users in and nothing more:
 * no scopes but the standard ones, no audience, no trust, no exemption from PKCE, nobody else's subjects, no address on a
 * private network (ADR 9).
 */
export function draftFromMetadata(id: string, body: Readonly<Record<string, unknown>>): Drafted {
  if ('software_statement' in body) {
    return misread('software-statement', 'Software statements are not accepted: nobody is trusted to sign one.')
  }
  const read = readClientMetadata(body)
  if (read.fault !== undefined) return { fault: read.fault }
  const draft = toDraft(id, read.metadata)
  if (draft.grantTypes.includes('client_credentials')) {
    return misread('own-account', 'A client that registers itself acts for users alone, never for itself.')
  }
  if (!draft.grantTypes.includes('authorization_code')) {
    return misread('no-codes', 'The grant types of a client that registers itself hold authorization_code: without a code there is nothing to refresh.')
  }
  if (draft.backchannelLogoutUri !== undefined && !isHttpsUrl(draft.backchannelLogoutUri)) {
    return misread('backchannel-logout-uri', 'The back-channel logout URI is an https URL without a fragment.')
  }
  return { draft }
}

export type Drafted = { draft: ClientDraft; fault?: undefined } | { draft?: undefined; fault: ClientFault }

function misread(rule: string, sentence: string): Drafted {
  return { fault: { reason: `client-registration/${rule}`, sentence } }
}

/** The defaults are RFC 7591 §2's. Other scopes than the standard ones are not refused but left out (§3.2.1). */
function toDraft(id: string, metadata: ClientMetadata): ClientDraft {
  const distinct = (texts: readonly string[] | undefined): string[] => [...new Set(texts)]
  return {
    name: metadata.client_name ?? id,
    authMethods: [metadata.token_endpoint_auth_method ?? 'client_secret_basic'],
    grantTypes: distinct(metadata.grant_types ?? ['authorization_code']),
    scopes: distinct(metadata.scope?.split(' ')).filter(isOidcScope),
    audience: [],
    redirectUris: distinct(metadata.redirect_uris),
    postLogoutRedirectUris: distinct(metadata.post_logout_redirect_uris),
    backchannelLogoutUri: metadata.backchannel_logout_uri,
    profile: toProfile(metadata)
  }
}

function toProfile(metadata: ClientMetadata): ClientProfile {
  return withoutAbsent({
    applicationType: metadata.application_type === 'native' ? 'native' as const : undefined,
    subjectType: metadata.subject_type === 'pairwise' ? 'pairwise' as const : undefined,
    userinfoSignedResponseAlg: metadata.userinfo_signed_response_alg === undefined ? undefined : 'RS256' as const,
    defaultMaxAge: metadata.default_max_age,
    backchannelLogoutSessionRequired: metadata.backchannel_logout_session_required === true ? true as const : undefined,
    jwks: metadata.jwks as JSONWebKeySet | undefined,
    jwksUri: metadata.jwks_uri,
    clientUri: metadata.client_uri,
    logoUri: metadata.logo_uri,
    policyUri: metadata.policy_uri,
    tosUri: metadata.tos_uri,
    contacts: metadata.contacts
  })
}

type Present<T> = { [Member in keyof T]?: Exclude<T[Member], undefined> }

function withoutAbsent<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>
}
