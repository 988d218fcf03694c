import { requireParam } from '../../protocol/params.ts'
import type { ClientAuthMethod } from './index.ts'

const proofs = ['client_secret', 'client_assertion', 'client_assertion_type']

/** A public client says its `client_id` and proves nothing (RFC 6749 §2.1). */
export const none: ClientAuthMethod = {
  name: 'none',
  isUsed: ({ authorization, params }) =>
    params.has('client_id') && authorization === undefined && !proofs.some(name => params.has(name)),
  read: ({ params }) => ({
    clientId: requireParam(params, 'client_id'),
    verify: client => client.secretHash === undefined ? undefined : 'client/wrong-secret'
  })
}
