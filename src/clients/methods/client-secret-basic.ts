import { CountersignError } from '../../protocol/errors.ts'
import { decodeFormComponent } from '../../protocol/params.ts'
import { isClientSecret } from '../secret.ts'
import type { ClientAuthMethod } from './index.ts'

const basic = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i

/** HTTP Basic, with id and secret form-encoded before base64 (RFC 6749 §2.3.1). */
export const clientSecretBasic: ClientAuthMethod = {
  name: 'client_secret_basic',
  // Whatever the scheme: no other one authenticates a client.
  isUsed: ({ authorization }) => authorization !== undefined,
  read({ authorization = '' }) {
    const encoded = basic.exec(authorization)?.[1]
    const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8')
    const colon = decoded.indexOf(':')
    if (colon < 1) throw malformed()
    const clientId = decode(decoded.slice(0, colon))
    const secret = decode(decoded.slice(colon + 1))
    return { clientId, verify: client => isClientSecret(client, secret) ? undefined : 'client/wrong-secret' }
  }
}

function decode(text: string): string {
  try {
    return decodeFormComponent(text)
  } catch {
    throw malformed()
  }
}

function malformed(): CountersignError {
  return new CountersignError('invalid_client', { reason: 'client/malformed-basic' })
}
