import { createApiRegistry } from '../clients/apis.ts'
import { createAuthenticateClient } from '../clients/authenticate.ts'
import { createClientKeys } from '../clients/client-keys.ts'
import { createClientRegistry } from '../clients/registry.ts'
import type { DomainTools } from './tools.ts'

export type Clients = ReturnType<typeof composeClients>

/** Who may ask for tokens, how they prove who they are, and what the tokens can be for. */
export function composeClients({ config, clock, log, stores, pulse, outboundFetch }: DomainTools) {
  const registry = createClientRegistry({ store: stores.clients, pulse })
  const keys = createClientKeys({ fetch: outboundFetch, clock, log })
  return {
    registry,
    apis: createApiRegistry({ store: stores.apis, pulse }),
    authenticateClient: createAuthenticateClient({ registry, keys, clock, issuer: config.issuer, pending: stores.pending })
  }
}
