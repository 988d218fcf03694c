import { CountersignError, type Reason } from '../protocol/errors.ts'
import type { Client } from '../stores/clients.ts'
import { clientAuthMethods, type ClientAuthMethod, type ClientProof, type Credentials, type ProofTools } from './methods/index.ts'
import type { ClientRegistry } from './registry.ts'

/** Who is the client? One method per request, one that is registered for it, and a proof that holds. */
export type AuthenticateClient = (credentials: Credentials) => Promise<Client>

export interface ClientAuthenticationOptions extends ProofTools {
  registry: ClientRegistry
}

export function createAuthenticateClient({ registry, ...tools }: ClientAuthenticationOptions): AuthenticateClient {
  return async credentials => {
    const method = findMethod(credentials)
    const proof = readProof(method, credentials)
    const client = await registry.find(proof.clientId)
    // An unknown client, another method and a wrong secret look alike from outside.
    if (client === undefined) throw refused(credentials, 'client/unknown')
    if (!client.authMethods.includes(method.name)) throw refused(credentials, 'client/method-not-registered')
    const verdict = proof.verify(client, tools)
    // A secret is compared at once: the commonest of all requests waits for nothing here.
    const fault = verdict instanceof Promise ? await verdict : verdict
    if (fault !== undefined) throw refused(credentials, fault)
    return client
  }
}

/** RFC 6749 §2.3: never more than one in a request. */
function findMethod(credentials: Credentials): ClientAuthMethod {
  let found: ClientAuthMethod | undefined
  for (const method of clientAuthMethods) {
    if (!method.isUsed(credentials)) continue
    if (found !== undefined) throw new CountersignError('invalid_request', { reason: 'client/two-methods' })
    found = method
  }
  if (found === undefined) throw refused(credentials, 'client/no-authentication')
  return found
}

function readProof(method: ClientAuthMethod, credentials: Credentials): ClientProof {
  const proof = readWith(method, credentials)
  const clientId = credentials.params.get('client_id')
  if (clientId !== undefined && clientId !== proof.clientId) {
    throw new CountersignError('invalid_request', { reason: 'client/two-ids' })
  }
  return proof
}

function readWith(method: ClientAuthMethod, credentials: Credentials): ClientProof {
  try {
    return method.read(credentials)
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
