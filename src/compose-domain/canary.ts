import { firstPartyClientId } from '../clients/registry.ts'
import { createCanary, type Canary } from '../revocation/canary.ts'
import type { Clients } from './clients.ts'
import type { Core } from './core.ts'
import type { DomainTools } from './tools.ts'

/** The measuring of how fast revocations spread, with a token for the issuer that has no scope and no user: it opens nothing. */
export function composeCanary(
  { config, clock, log, metrics, stores }: DomainTools, { mint, check, revoker }: Core, { registry }: Clients
): Canary {
  return createCanary({
    ...stores, revoker, clock, log, metrics,
    async mint() {
      const client = await registry.find(firstPartyClientId)
      const { token, claims } = await mint.forClient(client!, { scopes: [], audience: [config.issuer] })
      return { token, jti: claims.jti }
    },
    isRevoked: async token => (await check([token])).tokens[0]!.revocation.revoked
  })
}
