import { authorizationErrors, type AuthorizationFault } from './authorization-errors.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/** What goes back to the client through the browser (RFC 6749 §4.1.2, RFC 9207). */
export interface AuthorizationResponse {
  redirectUri: string
  responseMode: AuthorizationRequest['responseMode']
  params: Record<string, string>
}

export type ResponseTarget = Pick<AuthorizationRequest, 'redirectUri' | 'responseMode' | 'state'>

export function buildCodeResponse(to: ResponseTarget, code: string, issuer: string): AuthorizationResponse {
  return build(to, { code }, issuer)
}

export function buildErrorResponse(to: ResponseTarget, fault: AuthorizationFault, issuer: string): AuthorizationResponse {
  return build(to, { error: fault.error, error_description: fault.sentence ?? authorizationErrors[fault.error] }, issuer)
}

function build(to: ResponseTarget, params: Record<string, string>, issuer: string): AuthorizationResponse {
  return {
    redirectUri: to.redirectUri,
    responseMode: to.responseMode,
    params: { ...params, ...(to.state !== undefined && { state: to.state }), iss: issuer }
  }
}

/**
 * The redirect URI with the parameters behind its own query (RFC 6749 §3.1.2). Every value is encoded whole: none can end
 * its parameter and begin another.
 */
export function redirectLocation({ redirectUri, params }: Pick<AuthorizationResponse, 'redirectUri' | 'params'>): string {
  const query = Object.entries(params).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  if (query === '') return redirectUri
  const separator = !redirectUri.includes('?') ? '?' : /[?&]$/.test(redirectUri) ? '' : '&'
  return redirectUri + separator + query
}
