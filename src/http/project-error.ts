import { errorTable, type CountersignError } from '../protocol/errors.ts'

/** The one projection of a refusal to HTTP. `oauth` speaks RFC 6749 and RFC 6750, `api` our own JSON. */
export type Face = 'oauth' | 'api'

export interface HttpRefusal {
  status: number
  headers: Record<string, string>
  body: { error: string; error_description?: string; code?: string }
}

/** Errors that RFC 6750 §3.1 names in the challenge; the others leave it bare. */
const namedInChallenge = ['invalid_token', 'insufficient_scope']

export function projectError(error: CountersignError, face: Face): HttpRefusal {
  const row = errorTable[error.code]
  const status = face === 'api' && 'apiStatus' in row ? row.apiStatus : row.status
  const headers: Record<string, string> = { ...error.headers }
  if (error.retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfter)))
  if ((status === 401 || status === 403) && error.code !== 'invalid_client') {
    headers['www-authenticate'] ??= challenge(error)
  }
  const body = face === 'api'
    ? { error: error.message, code: row.code }
    : { error: row.oauth, error_description: error.message }
  return { status, headers, body }
}

function challenge(error: CountersignError): string {
  const { oauth } = errorTable[error.code]
  const named = error.code !== 'token_missing' && namedInChallenge.includes(oauth)
  return `Bearer realm="countersign"${named ? `, error="${oauth}", error_description="${error.message}"` : ''}`
}
