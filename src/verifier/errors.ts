/** Why a token is refused, or why that could not be told; stable, for programs. docs/verifying-tokens.md explains each. */
export type VerifierErrorCode =
  | 'token_missing'
  | 'token_malformed'
  | 'token_invalid'
  | 'token_expired'
  | 'token_revoked'
  | 'binding_missing'
  | 'binding_invalid'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'request_invalid'
  | 'keys_unavailable'
  | 'revocation_unavailable'

/** The status that each code answers with at a resource server (RFC 6750 §3.1, RFC 9470 §3). */
export const statusOf: Readonly<Record<VerifierErrorCode, 400 | 401 | 403 | 503>> = {
  token_missing: 401,
  token_malformed: 401,
  token_invalid: 401,
  token_expired: 401,
  token_revoked: 401,
  binding_missing: 401,
  binding_invalid: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  request_invalid: 400,
  keys_unavailable: 503,
  revocation_unavailable: 503
}

/** What `verify` throws. The message is safe to log: it never holds any part of the token. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError'
  readonly code: VerifierErrorCode
  readonly status: 400 | 401 | 403 | 503
  /** What is not proved, with `binding_missing` and `binding_invalid`: a DPoP key, or a client's certificate. */
  readonly binding: 'dpop' | 'mtls' | undefined

  constructor(code: VerifierErrorCode, message: string, options?: ErrorOptions & { binding?: 'dpop' | 'mtls' }) {
    super(message, options)
    this.code = code
    this.binding = options?.binding
    this.status = statusOf[code]
  }
}
