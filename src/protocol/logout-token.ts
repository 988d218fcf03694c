/** The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). Times are whole seconds since 1970. */
export interface LogoutTokenClaims {
  iss: string
  sub: string
  aud: string
  iat: number
  exp: number
  jti: string
  events: { 'http://schemas.openid.net/event/backchannel-logout': Record<string, never> }
  sid: string
}

export interface LogoutTokenRequest {
  issuer: string
  clientId: string
  /** The `sub` that this client knows. */
  subject: string
  sessionId: string
  jti: string
  issuedAt: number
}

/** Seconds: the specification advises two minutes at most. */
const lifetime = 120

/** There is no `nonce`, and must not be: by it an ID token could be passed off as a logout token. */
export function buildLogoutTokenClaims(request: LogoutTokenRequest): LogoutTokenClaims {
  return {
    iss: request.issuer,
    sub: request.subject,
    aud: request.clientId,
    iat: request.issuedAt,
    exp: request.issuedAt + lifetime,
    jti: request.jti,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sid: request.sessionId
  }
}
