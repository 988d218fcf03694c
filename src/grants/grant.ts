import type { Params } from '../protocol/params.ts'
import type { Client } from '../stores/clients.ts'
import type { IssuedToken } from '../tokens/issue.ts'

/** One grant type of the token endpoint: the part that differs. What all share is in pipeline.ts. */
export interface Grant {
  /** `grant_type` (RFC 6749 §4). */
  type: string
  /** The parameters it reads, beside those of client authentication; no others reach it. */
  parameters: readonly string[]
  /** Whether a client that proves nothing may use it. */
  allowsPublicClients: boolean
  /** Decides and mints. Throws CountersignError on refusal. */
  handle(request: GrantRequest): Promise<GrantAnswer>
}

export interface GrantRequest {
  client: Client
  params: Params
}

export interface GrantAnswer {
  access: IssuedToken
  refreshToken?: string | undefined
  /** Where `openid` was granted. */
  idToken?: string | undefined
  /** The scopes of the access token. */
  scopes: readonly string[]
  /** Those that it would have if nothing stood in the way; empty where the client asked for none. */
  asked: readonly string[]
}

/** The successful answer of the token endpoint (RFC 6749 §5.1). */
export interface TokenResponse {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  /** Absent where none was asked for and none is there; empty where none is left. */
  scope?: string
  refresh_token?: string
  id_token?: string
}
