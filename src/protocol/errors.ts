/**
 * Every refusal the service knows: one class, one closed table. The table's sentence is public and constant; `reason` is
 * for logs and metrics alone and says which rule refused. docs/errors.md lists both.
 */

interface ErrorRow {
  /** HTTP status at the OAuth endpoints and resource endpoints. */
  status: number
  /** HTTP status under /api/auth, where it differs. */
  apiStatus?: number
  /** The `error` member at the OAuth endpoints (RFC 6749 §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 7591 §3.2.2). */
  oauth: string
  /** The `code` member under /api/auth and on the admin listener. */
  code: string
  sentence: string
}

/** The status, or the status at the OAuth endpoints and the one under /api/auth. */
type Status = number | [number, number]

const row = (statuses: Status, [oauth, code]: [string, string], sentence: string): ErrorRow => {
  const [status, apiStatus] = [statuses].flat() as [number, number?]
  return { status, oauth, code, sentence, ...(apiStatus !== undefined && { apiStatus }) }
}

export const errorTable = {
  invalid_request: row(400, ['invalid_request', 'VALIDATION_FAILED'], 'The request is malformed or lacks a parameter.'),
  invalid_client: row(401, ['invalid_client', 'CLIENT_INVALID'], 'Client authentication failed.'),
  invalid_grant: row([400, 401], ['invalid_grant', 'TOKEN_INVALID'], 'The grant or refresh token is invalid, expired or revoked.'),
  unauthorized_client: row([400, 403], ['unauthorized_client', 'CLIENT_NOT_ALLOWED'], 'This client may not do that.'),
  unsupported_grant_type: row(400, ['unsupported_grant_type', 'VALIDATION_FAILED'], 'This grant type is not supported.'),
  invalid_scope: row(400, ['invalid_scope', 'SCOPE_INVALID'], 'The scope is unknown, malformed or wider than allowed.'),
  invalid_target: row(400, ['invalid_target', 'TARGET_INVALID'], 'The resource is unknown, malformed or not for this client.'),
  invalid_redirect_uri: row(400, ['invalid_redirect_uri', 'VALIDATION_FAILED'], 'A redirect URI cannot be registered.'),
  invalid_client_metadata: row(400, ['invalid_client_metadata', 'VALIDATION_FAILED'], 'The client metadata cannot be registered.'),
  invalid_software_statement: row(400, ['invalid_software_statement', 'VALIDATION_FAILED'], 'The software statement is not accepted.'),
  token_missing: row(401, ['invalid_token', 'TOKEN_MISSING'], 'An access token is required.'),
  refresh_token_missing: row(401, ['invalid_grant', 'TOKEN_MISSING'], 'A refresh token is required.'),
  invalid_token: row(401, ['invalid_token', 'TOKEN_INVALID'], 'The access token is not valid here.'),
  token_expired: row(401, ['invalid_token', 'TOKEN_EXPIRED'], 'The access token has expired.'),
  token_revoked: row(401, ['invalid_token', 'TOKEN_REVOKED'], 'The token has been revoked.'),
  insufficient_scope: row(403, ['insufficient_scope', 'SCOPE_INSUFFICIENT'], 'The access token lacks a scope that this needs.'),
  invalid_credentials: row(401, ['access_denied', 'INVALID_CREDENTIALS'], 'The email address or the password is wrong.'),
  cross_site_request: row(403, ['access_denied', 'CROSS_SITE_REQUEST'], 'Requests from this origin are refused.'),
  registration_closed: row(403, ['access_denied', 'REGISTRATION_CLOSED'], 'Registration is closed.'),
  forbidden: row(403, ['access_denied', 'FORBIDDEN'], 'This is not allowed.'),
  not_found: row(404, ['invalid_request', 'NOT_FOUND'], 'There is nothing here by that name.'),
  method_not_allowed: row(405, ['invalid_request', 'METHOD_NOT_ALLOWED'], 'This method is not allowed here.'),
  not_acceptable: row(406, ['invalid_request', 'NOT_ACCEPTABLE'], 'There is nothing here of a type that is accepted.'),
  conflict: row(409, ['invalid_request', 'CONFLICT'], 'Something by that name exists already.'),
  snapshot_required: row(410, ['snapshot_required', 'SNAPSHOT_REQUIRED'],
    'The point is too old, or of a journal that is no more: take a snapshot.'),
  request_timeout: row(408, ['invalid_request', 'REQUEST_TIMEOUT'], 'The request took too long to arrive.'),
  payload_too_large: row(413, ['invalid_request', 'PAYLOAD_TOO_LARGE'], 'The request body is too large.'),
  unsupported_media_type: row(415, ['invalid_request', 'UNSUPPORTED_MEDIA_TYPE'], 'This content type is not accepted here.'),
  rate_limited: row(429, ['temporarily_unavailable', 'RATE_LIMITED'], 'Too many attempts. Try again later.'),
  server_error: row(500, ['server_error', 'INTERNAL_ERROR'], 'Something went wrong on our side.'),
  not_implemented: row(501, ['invalid_request', 'NOT_IMPLEMENTED'], 'This is not offered here.'),
  temporarily_unavailable: row(503, ['temporarily_unavailable', 'TEMPORARILY_UNAVAILABLE'],
    'The service cannot answer this right now. Try again shortly.')
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

/** What a reason is about; the rest of it says which rule refused. All of them: docs/errors.md. */
type ReasonArea =
  | 'access' | 'admin' | 'apis' | 'authorize' | 'bearer' | 'body' | 'client' | 'client-credentials'
  | 'client-registration' | 'clients' | 'code' | 'consents' | 'cross-site' | 'database' | 'end-session' | 'feed'
  | 'grant' | 'http' | 'interaction' | 'introspect' | 'keys' | 'logout' | 'lookup' | 'oauth' | 'params' | 'password-change'
  | 'passwords' | 'pending' | 'rate-limit' | 'redis' | 'refresh' | 'refresh-token' | 'registration' | 'revocation'
  | 'revoke' | 'sessions' | 'sign-in' | 'state' | 'status-list' | 'userinfo' | 'users' | 'verifiers'

export type Reason = `${ReasonArea}/${string}`

export interface ErrorDetail {
  /** Which rule refused: a kebab-case literal, for logs and metrics, listed in docs/errors.md. */
  reason: Reason
  /** Seconds after which trying again makes sense (`Retry-After`). */
  retryAfter?: number
  /** Public detail for a person, free of secrets and of the request's own text. Replaces the table's sentence. */
  sentence?: string
  /** Further response headers, such as `WWW-Authenticate` or `Allow`. */
  headers?: Record<string, string>
  cause?: unknown
}

export class CountersignError extends Error {
  readonly code: ErrorCode
  readonly reason: Reason
  readonly retryAfter: number | undefined
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(detail.sentence ?? errorTable[code].sentence, { cause: detail.cause })
    this.name = 'CountersignError'
    this.code = code
    this.reason = detail.reason
    this.retryAfter = detail.retryAfter
    this.headers = detail.headers ?? {}
  }
}

/** A store, or anything else the service leans on, cannot be reached: 503 with `Retry-After`, never `invalid_grant`. */
export function unavailable(reason: Reason, cause?: unknown, retryAfter = 2): CountersignError {
  return new CountersignError('temporarily_unavailable', { reason, cause, retryAfter })
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof CountersignError && error.code === 'temporarily_unavailable'
}
