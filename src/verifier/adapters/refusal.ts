import type { VerifierError, VerifierErrorCode } from '../errors.ts'
import { renderChallenge, type ChallengeContext } from './challenge.ts'

/** A whole answer, for whatever sends it. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** Undefined where the answer has none. */
  body: string | undefined
}

/**
 * What each code says to the client: constant, so that nothing of a token or of our own inside gets out. `token_missing` stands
 * in the body alone: RFC 6750 §3.1 wants no error in the challenge then, and a person with curl wants to know what is missing.
 */
const rows: Record<VerifierErrorCode, [error: string, description: string]> = {
  token_missing: ['token_missing', 'An access token is needed'],
  token_malformed: ['invalid_token', 'The access token is malformed'],
  token_invalid: ['invalid_token', 'The access token is not valid here'],
  token_expired: ['invalid_token', 'The access token has expired'],
  token_revoked: ['invalid_token', 'The access token has been revoked'],
  binding_missing: ['invalid_token', 'The access token is bound to a key that the request does not prove'],
  binding_invalid: ['invalid_token', 'The request does not prove the key that the access token is bound to'],
  insufficient_scope: ['insufficient_scope', 'The access token lacks a scope that this needs'],
  insufficient_user_authentication: ['insufficient_user_authentication', 'The user has to sign in anew for this'],
  request_invalid: ['invalid_request', 'The request shows its credentials more than once'],
  keys_unavailable: ['temporarily_unavailable', 'It cannot be told right now whether the access token is good'],
  revocation_unavailable: ['temporarily_unavailable', 'It cannot be told right now whether the access token is revoked']
}

/** With the charset that Fastify adds: the adapters answer alike. */
export const jsonType = 'application/json; charset=utf-8'

/** Seconds, after a 503: what is away is tried again all the time. */
const retryAfter = '1'

export function renderRefusal({ code, status, binding }: VerifierError, context: ChallengeContext): Answer {
  const [named, description] = rows[code]
  // RFC 9449 §7.1 has an error of its own for a proof that is no good; a certificate is none (RFC 8705 §3).
  const error = code === 'binding_invalid' && binding === 'dpop' ? 'invalid_dpop_proof' : named
  const headers: Record<string, string> = { 'content-type': jsonType, 'cache-control': 'no-store' }
  if (status === 503) headers['retry-after'] = retryAfter
  else headers['www-authenticate'] = renderChallenge(context, code === 'token_missing' ? undefined : { error, description })
  return { status, headers, body: JSON.stringify({ error, error_description: description }) }
}
