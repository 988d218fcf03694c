import { compactVerify, importJWK } from 'jose'
import {
  assertionType, judgeClientAssertion, readClientAssertion, type ClientAssertion
} from '../../protocol/client-assertion.ts'
import { fitsAlgorithm, type PublicJwk } from '../../protocol/client-jwks.ts'
import { CountersignError, type Reason } from '../../protocol/errors.ts'
import { clockSkew } from '../../protocol/limits.ts'
import { pendingNames } from '../../protocol/pending-names.ts'
import { sha256Text } from '../../protocol/sha256.ts'
import type { Client } from '../../stores/clients.ts'
import type { ClientAuthMethod, ProofTools } from './index.ts'

/** The client signs a short-lived assertion with a key that only it holds (RFC 7523 §2.2, RFC 7521 §4.2). */
export const privateKeyJwt: ClientAuthMethod = {
  name: 'private_key_jwt',
  isUsed: ({ params }) => params.has('client_assertion') || params.has('client_assertion_type'),
  read({ params }) {
    if (params.get('client_assertion_type') !== assertionType) throw malformed('assertion-type')
    const assertion = readClientAssertion(params.get('client_assertion') ?? '')
    if (assertion === undefined) throw malformed('assertion-malformed')
    return { clientId: assertion.clientId, verify: (client, tools) => verify(assertion, client, tools) }
  }
}

/** The signature first, and the `jti` last: only what is right in all else is worth remembering. */
async function verify(assertion: ClientAssertion, client: Client, tools: ProofTools): Promise<Reason | undefined> {
  const { algorithm, keyId } = assertion
  const keys = (await tools.keys.find(client, keyId)).filter(key => fitsAlgorithm(key, algorithm))
  if (keys.length === 0) return 'client/assertion-key'
  if (!await isSignedWithOne(keys, assertion)) return 'client/assertion-signature'
  const olderAudiences = client.profile.acceptsEndpointAudience ? [`${tools.issuer}/oauth/token`] : []
  const now = tools.clock.now() / 1000
  const fault = judgeClientAssertion(assertion, { issuer: tools.issuer, olderAudiences, now })
  if (fault !== undefined) return fault
  return await isFirstUse(client, assertion, tools) ? undefined : 'client/assertion-replayed'
}

async function isSignedWithOne(keys: readonly PublicJwk[], { token, algorithm }: ClientAssertion): Promise<boolean> {
  for (const jwk of keys) {
    try {
      await compactVerify(token, await importJWK({ ...jwk }, algorithm), { algorithms: [algorithm] })
      return true
    } catch {
      // The next key may be the one; a key that cannot be read is none.
    }
  }
  return false
}

/** Named by what the assertion says, not by how it was spelled, and remembered until it would be refused as expired. */
function isFirstUse({ tag }: Client, { claims }: ClientAssertion, { clock, pending }: ProofTools): Promise<boolean> {
  const { jti, exp } = claims as { jti: string; exp: number }
  const digest = sha256Text(jti)
  return pending.add(pendingNames.assertion(tag, digest), '', Math.ceil(exp - clock.now() / 1000) + 2 * clockSkew)
}

function malformed(rule: string): CountersignError {
  return new CountersignError('invalid_client', { reason: `client/${rule}` })
}
