import type { ApiRegistry } from '../clients/apis.ts'
import type { Mint } from '../tokens/issue.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { refreshToken } from './refresh-token.ts'
import type { Refresh } from './refresh.ts'

/** What a grant type may ask for. */
export interface GrantTools {
  mint: Mint
  refresh: Refresh
  apis: ApiRegistry
  issuer: string
}

/** The grant types. A further one is one file and one line here; discovery advertises what stands here. */
export const grantTypes: ReadonlyArray<(tools: GrantTools) => Grant> = [clientCredentials, refreshToken]

export const createGrants = (tools: GrantTools): Grant[] => grantTypes.map(create => create(tools))
