import { oidcScopes } from '../protocol/scope.ts'
import type { Client } from '../stores/clients.ts'

/** A client in the words of RFC 7591 §2, without anything secret. What is absent is left out by JSON. */
export function describeClient({ profile, ...client }: Client) {
  const hasCodes = client.grantTypes.includes('authorization_code')
  const named = client.scopes.length === 0 && hasCodes ? oidcScopes : client.scopes
  const scopes = client.grantTypes.includes('refresh_token') ? named : named.filter(scope => scope !== 'offline_access')
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: profile.applicationType ?? 'web',
    grant_types: client.grantTypes,
    response_types: hasCodes ? ['code'] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: profile.backchannelLogoutSessionRequired,
    scope: scopes.join(' '),
    default_max_age: profile.defaultMaxAge,
    subject_type: profile.subjectType ?? 'public',
    id_token_signed_response_alg: hasCodes ? 'RS256' : undefined,
    userinfo_signed_response_alg: profile.userinfoSignedResponseAlg,
    jwks: profile.jwks,
    jwks_uri: profile.jwksUri,
    client_uri: profile.clientUri,
    logo_uri: profile.logoUri,
    policy_uri: profile.policyUri,
    tos_uri: profile.tosUri,
    contacts: profile.contacts
  }
}
