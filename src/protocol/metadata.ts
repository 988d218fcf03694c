import { supportedAcrs } from './acr.ts'
import { prompts, responseModes } from './authorization-request.ts'
import { standardClaimNames } from './standard-claims.ts'

/**
 * The metadata document (RFC 8414, OpenID Connect Discovery): exactly what works. Members whose absence has a meaning of
 * its own are spelled out; a list with nothing in it is left out (RFC 8414 §3.2).
 */

export interface MetadataSource {
  issuer: string
  grantTypes: readonly string[]
  clientAuthMethods: readonly string[]
  scopes: readonly string[]
  /** Of assertions that clients sign. */
  assertionAlgorithms: readonly string[]
  hasClientRegistration: boolean
  /** Of the pages. */
  locales: readonly string[]
}

export function buildMetadata(source: MetadataSource) {
  const { issuer } = source
  const confidential = source.clientAuthMethods.filter(method => method !== 'none')
  const algorithms = [...source.assertionAlgorithms]
  return {
    issuer,
    ...addressesOf(source),
    response_types_supported: ['code'],
    response_modes_supported: [...responseModes],
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: [...prompts],
    authorization_response_iss_parameter_supported: true,
    ui_locales_supported: [...source.locales],
    grant_types_supported: [...source.grantTypes],
    scopes_supported: [...source.scopes],
    token_endpoint_auth_methods_supported: [...source.clientAuthMethods],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: [...source.clientAuthMethods],
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    userinfo_signing_alg_values_supported: ['RS256'],
    acr_values_supported: [...supportedAcrs],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'acr', 'amr', 'sid', ...standardClaimNames],
    claims_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false
  }
}

function addressesOf({ issuer, hasClientRegistration }: MetadataSource) {
  return {
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    end_session_endpoint: `${issuer}/oauth/logout`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    // draft-ietf-oauth-status-list §9.1.
    status_list_aggregation_endpoint: `${issuer}/status-lists`,
    ...(hasClientRegistration && { registration_endpoint: `${issuer}/oauth/register` })
  }
}
