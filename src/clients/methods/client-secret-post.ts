import { CountersignError } from '../../protocol/errors.ts'
import { isClientSecret } from '../secret.ts'
import type { ClientAuthMethod } from './index.ts'

/** `client_id` and `client_secret` in the body (RFC 6749 §2.3.1). */
export const clientSecretPost: ClientAuthMethod = {
  name: 'client_secret_post',
  isUsed: ({ params }) => params.has('client_secret'),
  read({ params }) {
    const secret = params.get('client_secret') ?? ''
    const clientId = params.get('client_id')
    if (clientId === undefined) {
      throw new CountersignError('invalid_client', { reason: 'client/secret-without-id' })
    }
    return { clientId, verify: client => isClientSecret(client, secret) ? undefined : 'client/wrong-secret' }
  }
}
