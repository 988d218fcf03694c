import type { ClientAuthMethod } from './index.ts'

/** A public client says its `client_id` and proves nothing (RFC 6749 §2.1). */
export const none: ClientAuthMethod = {
  name: 'none',
  read({ authorization, params }) {
    const clientId = params.get('client_id')
    if (clientId === undefined || authorization !== undefined || params.has('client_secret')) return undefined
    return { clientId, verify: client => client.secretHash === undefined }
  }
}
