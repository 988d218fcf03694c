import type { AuthenticateClient } from '../clients/authenticate.ts'
import { isPublicClient } from '../clients/public-client.ts'
import type { Metrics } from '../ports/metrics.ts'
import { CountersignError } from '../protocol/errors.ts'
import { requireParam, type Params } from '../protocol/params.ts'
import type { Client } from '../stores/clients.ts'
import type { Grant, GrantAnswer, TokenResponse } from './grant.ts'

/**
 * The phases that every grant shares and none can forget: which grant, who is the client, may it, only the parameters
 * the grant declares, decide and mint, count. A grant knows nothing of HTTP, and this knows nothing of any one grant.
 */
export type TokenPipeline = (request: TokenRequest) => Promise<TokenResponse>

export interface TokenRequest {
  authorization: string | undefined
  params: Params
}

export interface PipelineOptions {
  grants: readonly Grant[]
  authenticateClient: AuthenticateClient
  metrics: Metrics
}

export function createTokenPipeline({ grants, authenticateClient, metrics }: PipelineOptions): TokenPipeline {
  const byType = new Map(grants.map(grant => [grant.type, grant]))

  return async request => {
    const type = requireParam(request.params, 'grant_type')
    const grant = byType.get(type)
    if (grant === undefined) throw new CountersignError('unsupported_grant_type', { reason: 'grant/unknown-type' })
    const client = await authenticateClient(request)
    requireAllowed(grant, client)
    const answer = await grant.handle({ client, params: pick(request.params, grant.parameters) })
    metrics.count('countersign_tokens_issued_total', { grant_type: type })
    return render(answer)
  }
}

function requireAllowed(grant: Grant, client: Client): void {
  const isPublic = isPublicClient(client)
  if (!client.grantTypes.includes(grant.type) || (isPublic && !grant.allowsPublicClients)) {
    throw new CountersignError('unauthorized_client', { reason: 'grant/not-allowed-to-client' })
  }
}

function pick(params: Params, names: readonly string[]): Params {
  const picked = new Map<string, string>()
  for (const name of names) {
    const value = params.get(name)
    if (value !== undefined) picked.set(name, value)
  }
  return picked
}

function render({ access, refreshToken, idToken, scopes, asked }: GrantAnswer): TokenResponse {
  const response: TokenResponse = { access_token: access.token, token_type: 'Bearer', expires_in: access.expiresIn }
  // Without `scope` a client may take it that it has what it asked for (RFC 6749 §5.1), so none is said as such, although the
  // grammar of §3.3 has no word for it.
  if (asked.length > 0 || scopes.length > 0) response.scope = scopes.join(' ')
  if (refreshToken !== undefined) response.refresh_token = refreshToken
  if (idToken !== undefined) response.id_token = idToken
  return response
}
