import type { ClientRegistry } from '../clients/registry.ts'
import type { AuthorizationParams } from '../protocol/authorization-params.ts'
import type { Destination } from '../protocol/authorization-request.ts'
import { matchRedirectUri } from '../protocol/match-redirect-uri.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Client } from '../stores/clients.ts'

/**
 * Where the answer may go. Until that is certain the person is told on a page of our own, whatever the request says
 * (RFC 6749 §4.1.2.1).
 */
export type DestinationFault = 'unknown-client' | 'bad-redirect-uri' | 'no-redirect-uri'

export async function readDestination(
  params: AuthorizationParams, registry: Pick<ClientRegistry, 'find'>
): Promise<{ client: Client; destination: Destination } | DestinationFault> {
  const clientId = params.get('client_id')
  const client = clientId === undefined ? undefined : await registry.find(clientId)
  if (client === undefined) return 'unknown-client'
  const requested = params.get('redirect_uri')
  if (requested !== undefined) {
    if (!matchRedirectUri(client, requested)) return 'bad-redirect-uri'
    return { client, destination: { clientId: client.id, redirectUri: requested, isRedirectUriGiven: true } }
  }
  // A single registered one may go without saying, except in OpenID Connect (Core §3.1.2.1).
  const [only, ...others] = client.redirectUris
  const isOpenId = params.faulty.has('scope') || parseScope(params.get('scope') ?? '')?.includes('openid')
  if (only === undefined || others.length > 0 || isOpenId || params.faulty.has('redirect_uri')) return 'no-redirect-uri'
  return { client, destination: { clientId: client.id, redirectUri: only, isRedirectUriGiven: false } }
}
