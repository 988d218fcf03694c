import type { ApiRegistry } from '../clients/apis.ts'
import { CountersignError } from '../protocol/errors.ts'
import { requireParam, type Params } from '../protocol/params.ts'
import { readWantedTarget } from '../protocol/resource.ts'
import { judgeNarrowing } from '../protocol/target.ts'
import type { Client } from '../stores/clients.ts'
import type { IssueIdToken } from '../tokens/id-token.ts'
import type { Grant, GrantAnswer } from './grant.ts'
import type { Narrowing, Refresh, RefreshAnswer } from './refresh.ts'

export interface RefreshTokenTools {
  refresh: Refresh
  issueIdToken: IssueIdToken
  apis: ApiRegistry
  issuer: string
}

/** Refreshing at the token endpoint (RFC 6749 §6), for all that was granted or for less (RFC 8707 §2.2). */
export function refreshToken({ refresh, issueIdToken, apis, issuer }: RefreshTokenTools): Grant {
  function readNarrowing(client: Client, params: Params): Narrowing {
    const wanted = readWantedTarget(params)
    if (wanted === undefined) throw new CountersignError('invalid_scope', { reason: 'refresh-token/malformed-scope' })
    const context = { client, issuer, apis }
    switch (judgeNarrowing(wanted, context)) {
      case 'invalid-target': throw new CountersignError('invalid_target', { reason: 'refresh-token/resource-not-allowed' })
      case 'invalid-scope': throw new CountersignError('invalid_scope', { reason: 'refresh-token/scope-of-no-resource' })
      case undefined: return { wanted, context, openAudience: openAudience(client, wanted.resources) }
    }
  }

  function openAudience(client: Client, resources: string[]): string[] | undefined {
    return resources.length > 0 ? undefined : [issuer, ...client.audience, ...apis.openTo(client.id)]
  }

  /** The same user, authenticated when it was the first time; no nonce, which was for that time (OpenID Connect Core §12.2). */
  async function withIdToken(answer: RefreshAnswer, { id: clientId }: Client): Promise<GrantAnswer> {
    const asked = answer.grant.scopes
    if (!asked.includes('openid')) return { ...answer, asked }
    return { ...answer, asked, idToken: await issueIdToken(answer.grant, { clientId, accessToken: answer.access.token }) }
  }

  return {
    type: 'refresh_token',
    parameters: ['refresh_token', 'scope', 'resource'],
    allowsPublicClients: true,
    async handle({ client, params }) {
      return withIdToken(await refresh({
        narrowing: readNarrowing(client, params), refreshToken: requireParam(params, 'refresh_token'), clientId: client.id
      }), client)
    }
  }
}
