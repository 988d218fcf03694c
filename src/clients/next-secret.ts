import type { Random } from '../ports/random.ts'
import type { NextSecretHash } from '../stores/client-changes.ts'
import type { Client } from '../stores/clients.ts'
import { makeNeededSecret } from './registration.ts'
import { hashClientSecret } from './secret.ts'

export interface NextSecret {
  /** Only where it is made just now. */
  secret: string | undefined
  secretHash: NextSecretHash
}

/** A client that becomes another keeps its secret as long as it has a use for it. */
export function makeNextSecret(
  client: Pick<Client, 'secretHash'>, draft: Pick<Client, 'authMethods'>, random: Random
): NextSecret {
  const secret = makeNeededSecret(draft, random)
  if (secret === undefined) return { secret, secretHash: undefined }
  return client.secretHash === undefined ? { secret, secretHash: hashClientSecret(secret) } : { secret: undefined, secretHash: 'keep' }
}
