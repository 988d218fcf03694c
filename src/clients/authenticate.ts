import { CountersignError, type Reason } from '../protocol/errors.ts'
import type { Client } from '../stores/clients.ts'
import { clientAuthMethods, type ClientProof, type Credentials } from './methods/index.ts'
import type { ClientRegistry } from './registry.ts'

/** Who is the client? One method per request, one that is registered for it, and a proof that holds. */
export type AuthenticateClient = (credentials: Credentials) => Promise<Client>

export function createAuthenticateClient(registry: ClientRegistry): AuthenticateClient {
  return async credentials => {
    const { method, proof } = readProof(credentials)
    const client = await registry.find(proof.clientId)
    // An unknown client, another method and a wrong secret look alike from outside.
    if (client === undefined) throw refused(credentials, 'client/unknown')
    if (!client.authMethods.includes(method)) throw refused(credentials, 'client/method-not-registered')
    if (!proof.verify(client)) throw refused(credentials, 'client/wrong-secret')
    return client
  }
}

function readProof(credentials: Credentials): { method: string; proof: ClientProof } {
  const { authorization, params } = credentials
  if (authorization !== undefined && params.has('client_secret')) {
    throw new CountersignError('invalid_request', { reason: 'client/two-methods' })
  }
  for (const { name, read } of clientAuthMethods) {
    const proof = readWith(read, credentials)
    if (proof === undefined) continue
    const clientId = params.get('client_id')
    if (clientId !== undefined && clientId !== proof.clientId) {
      throw new CountersignError('invalid_request', { reason: 'client/two-ids' })
    }
    return { method: name, proof }
  }
  throw refused(credentials, 'client/no-authentication')
}

function readWith(read: (from: Credentials) => ClientProof | undefined, credentials: Credentials): ClientProof | undefined {
  try {
    return read(credentials)
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'invalid_client') throw refused(credentials, error.reason)
    throw error
  }
}

/** RFC 6749 §5.2: who came with an Authorization header is told the scheme to use. */
function refused({ authorization }: Credentials, reason: Reason): CountersignError {
  const headers = authorization === undefined ? {} : { 'www-authenticate': 'Basic realm="countersign", charset="UTF-8"' }
  return new CountersignError('invalid_client', { reason, headers })
}
