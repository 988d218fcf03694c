/**
 * What a client can be told in an authorization response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707 §2): the
 * `error` and its constant sentence.
 */
export const authorizationErrors = {
  invalid_request: 'The authorization request is malformed or lacks a parameter.',
  unauthorized_client: 'This client may not ask for an authorization code.',
  access_denied: 'The request was denied.',
  unsupported_response_type: 'The response type is not supported: use code.',
  invalid_scope: 'The scope is unknown, malformed or wider than allowed.',
  invalid_target: 'The resource is unknown, malformed or not for this client.',
  server_error: 'Something went wrong on our side.',
  temporarily_unavailable: 'The service cannot answer this right now. Try again shortly.',
  interaction_required: 'The user has to do something first, and the request forbids to ask.',
  login_required: 'The user has to sign in, and the request forbids to ask.',
  account_selection_required: 'The user has to choose an account, and the request forbids to ask.',
  consent_required: 'The user has to consent, and the request forbids to ask.',
  request_not_supported: 'Request objects are not supported.',
  request_uri_not_supported: 'Request URIs are not supported.',
  registration_not_supported: 'The registration parameter is not supported.',
  unmet_authentication_requirements: 'The user cannot be authenticated in the way that the request demands.'
} as const

export type AuthorizationErrorCode = keyof typeof authorizationErrors

/** A refusal that the client may be told of. */
export interface AuthorizationFault {
  error: AuthorizationErrorCode
  /** Replaces the table's sentence; never the request's own text. */
  sentence?: string
  /** Which rule refused: for the log. */
  rule: string
}
