import type { Client } from '../../stores/clients.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'
import { none } from './none.ts'
import type { Params } from '../../protocol/params.ts'

/** What of a request can carry a client's authentication. */
export interface Credentials {
  authorization: string | undefined
  params: Params
}

/** A claim to be a client, and the proof of it. */
export interface ClientProof {
  clientId: string
  verify(client: Client): boolean
}

/** One client authentication method. A further one is one file and one line in the list. */
export interface ClientAuthMethod {
  /** `token_endpoint_auth_method` (RFC 7591 §2). */
  name: string
  /** Undefined when the request does not use this method; throws when it does so in a malformed way. */
  read(credentials: Credentials): ClientProof | undefined
}

export const clientAuthMethods: readonly ClientAuthMethod[] = [clientSecretBasic, clientSecretPost, none]
