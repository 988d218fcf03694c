import { CountersignError } from '../protocol/errors.ts'
import { requireParam } from '../protocol/params.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Grant } from './grant.ts'
import type { Refresh } from './refresh.ts'

/** Refreshing at the token endpoint (RFC 6749 §6). */
export function refreshToken({ refresh }: { refresh: Refresh }): Grant {
  return {
    type: 'refresh_token',
    parameters: ['refresh_token', 'scope'],
    allowsPublicClients: true,
    handle({ client, params }) {
      const text = params.get('scope')
      const scopes = text === undefined ? [] : parseScope(text)
      if (scopes === undefined) throw new CountersignError('invalid_scope', { reason: 'refresh-token/malformed-scope' })
      return refresh({ refreshToken: requireParam(params, 'refresh_token'), clientId: client.id, scopes })
    }
  }
}
