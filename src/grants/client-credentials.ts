import type { ApiRegistry } from '../clients/apis.ts'
import { CountersignError } from '../protocol/errors.ts'
import { readWantedTarget } from '../protocol/resource.ts'
import { decideClientTarget } from '../protocol/target.ts'
import type { Mint } from '../tokens/issue.ts'
import type { Grant } from './grant.ts'

export interface ClientCredentialsTools {
  mint: Mint
  apis: ApiRegistry
  issuer: string
}

/** A service acting for itself (RFC 6749 §4.4). Touches no database: the client and the APIs come from memory. */
export function clientCredentials({ mint, apis, issuer }: ClientCredentialsTools): Grant {
  return {
    type: 'client_credentials',
    parameters: ['scope', 'resource'],
    allowsPublicClients: false,
    async handle({ client, params }) {
      const wanted = readWantedTarget(params)
      const target = wanted === undefined ? 'invalid-scope' : decideClientTarget(wanted, { client, issuer, apis })
      switch (target) {
        case 'invalid-target':
          throw new CountersignError('invalid_target', { reason: 'client-credentials/resource-not-allowed' })
        case 'invalid-scope':
          throw new CountersignError('invalid_scope', { reason: 'client-credentials/scope-not-allowed' })
        default: return { access: await mint.forClient(client, target), scopes: target.scopes, asked: wanted?.scopes ?? [] }
      }
    }
  }
}
