/** The `claims` parameter of an authorization request (OpenID Connect Core §5.5), as far as it is acted on. */
export interface ClaimsRequest {
  userinfo?: Record<string, ClaimRequest | null>
  id_token?: Record<string, ClaimRequest | null>
}

/** How one claim is asked for (§5.5.1). */
export interface ClaimRequest {
  essential?: boolean
  value?: unknown
  values?: unknown[]
}
