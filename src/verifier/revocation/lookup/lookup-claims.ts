import type { RevocableToken } from '../revocation-checker.ts'

/** What the lookup API needs of a token that has been verified. */
export interface LookupClaims {
  jti: string
  iat: number
  kid: string
  sub: string
  client_id: string
  grant_id?: string
  sid?: string
}

export function readLookupClaims({ kid, claims }: RevocableToken): LookupClaims {
  const { jti, iat, sub, client_id, grant_id, sid } = claims
  return {
    jti, iat, kid, sub, client_id, ...(grant_id !== undefined && { grant_id }), ...(sid !== undefined && { sid })
  }
}
