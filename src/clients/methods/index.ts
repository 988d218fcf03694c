import type { Clock } from '../../ports/clock.ts'
import type { Reason } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/params.ts'
import type { Client } from '../../stores/clients.ts'
import type { PendingStore } from '../../stores/pending.ts'
import type { ClientKeys } from '../client-keys.ts'
import { clientSecretBasic } from './client-secret-basic.ts'
import { clientSecretPost } from './client-secret-post.ts'
import { none } from './none.ts'
import { privateKeyJwt } from './private-key-jwt.ts'

/** What of a request can carry a client's authentication. */
export interface Credentials {
  authorization: string | undefined
  params: Params
}

/** What a method may need to verify a proof. */
export interface ProofTools {
  issuer: string
  clock: Clock
  keys: ClientKeys
  /** Remembers what is good for one use. */
  pending: Pick<PendingStore, 'add'>
}

/** A claim to be a client, and the proof of it. */
export interface ClientProof {
  clientId: string
  /** Undefined when it holds, else why not. A promise only where there is something to wait for. */
  verify(client: Client, tools: ProofTools): Reason | undefined | Promise<Reason | undefined>
}

/** One client authentication method. A further one is one file and one line in the list. */
export interface ClientAuthMethod {
  /** `token_endpoint_auth_method` (RFC 7591 §2). */
  name: string
  /** Whether the request carries anything of this method, well-formed or not. */
  isUsed(credentials: Credentials): boolean
  /** Asked only where the method is used. Throws when it is used in a malformed way. */
  read(credentials: Credentials): ClientProof
}

export const clientAuthMethods: readonly ClientAuthMethod[] = [clientSecretBasic, clientSecretPost, privateKeyJwt, none]
