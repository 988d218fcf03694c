import { CountersignError } from '../protocol/errors.ts'
import { isSubset, parseScope } from '../protocol/scope.ts'
import type { Mint } from '../tokens/issue.ts'
import type { Grant } from './grant.ts'

/** A service acting for itself (RFC 6749 §4.4). Touches no database: the client comes from memory. */
export function clientCredentials({ mint }: { mint: Mint }): Grant {
  return {
    type: 'client_credentials',
    parameters: ['scope'],
    allowsPublicClients: false,
    async handle({ client, params }) {
      const text = params.get('scope')
      const scopes = text === undefined ? client.scopes : parseScope(text)
      if (scopes === undefined || !isSubset(scopes, client.scopes)) {
        throw new CountersignError('invalid_scope', { reason: 'client-credentials/scope-not-allowed' })
      }
      return { access: await mint.forClient(client, { scopes }), scopes }
    }
  }
}
