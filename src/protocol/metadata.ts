/**
 * The metadata document (RFC 8414, OpenID Connect Discovery): exactly what works. Members whose absence has a meaning of
 * its own are spelled out; a list with nothing in it is left out (RFC 8414 §3.2), `response_types_supported` included
 * until there is an authorization endpoint.
 */

export interface MetadataSource {
  issuer: string
  grantTypes: readonly string[]
  clientAuthMethods: readonly string[]
  scopes: readonly string[]
}

export function buildMetadata(source: MetadataSource) {
  const { issuer } = source
  const confidential = source.clientAuthMethods.filter(method => method !== 'none')
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: [...source.grantTypes],
    scopes_supported: [...source.scopes],
    token_endpoint_auth_methods_supported: [...source.clientAuthMethods],
    revocation_endpoint_auth_methods_supported: [...source.clientAuthMethods],
    introspection_endpoint_auth_methods_supported: confidential,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false
  }
}
