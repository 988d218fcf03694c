import type { ApiRegistry } from '../clients/apis.ts'
import type { Mint } from '../tokens/issue.ts'
import type { IssueIdToken } from '../tokens/id-token.ts'
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import type { RedeemCode } from './redeem-code.ts'
import { refreshToken } from './refresh-token.ts'
import type { Refresh } from './refresh.ts'

/** What a grant type may ask for. */
export interface GrantTools {
  mint: Mint
  refresh: Refresh
  redeemCode: RedeemCode
  issueIdToken: IssueIdToken
  apis: ApiRegistry
  issuer: string
}

/** The grant types. A further one is one file and one line here; discovery advertises what stands here. */
const grantTypes: ReadonlyArray<(tools: GrantTools) => Grant> =
  [authorizationCode, clientCredentials, refreshToken]

export const createGrants = (tools: GrantTools): Grant[] => grantTypes.map(create => create(tools))
