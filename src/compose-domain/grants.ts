import type { Codes } from '../authorization/codes.ts'
import { createFirstPartyGrants } from '../grants/first-party.ts'
import { createGrants } from '../grants/index.ts'
import { createOpenGrant } from '../grants/open-grant.ts'
import { createTokenPipeline } from '../grants/pipeline.ts'
import { createRedeemCode } from '../grants/redeem-code.ts'
import { createRefresh } from '../grants/refresh.ts'
import type { Clients } from './clients.ts'
import type { Core } from './core.ts'
import type { DomainTools } from './tools.ts'

/** What tokens come of. */
export function composeGrants(tools: DomainTools, core: Core, { apis, authenticateClient, codes }: Clients & { codes: Codes }) {
  const { config, random, log, metrics, stores } = tools
  const { ring, mint, revoker, issueIdToken } = core
  const { issuer, refreshGrace: grace } = config
  const lifetimes = { idleLifetime: config.refreshTokenLifetime, absoluteLifetime: config.refreshAbsoluteLifetime }
  const common = { ring, mint, random, revoker, log, metrics, grants: stores.grants, ...lifetimes }
  const refresh = createRefresh({ ...common, grace })
  const openGrant = createOpenGrant({ ...common, issueIdToken })
  const redeemCode = createRedeemCode({ ...common, codes, openGrant, apis, issuer })
  const grants = createGrants({ mint, refresh, redeemCode, issueIdToken, apis, issuer })
  return {
    grants, refresh,
    firstParty: createFirstPartyGrants({ ...common, audience: [issuer, ...config.firstPartyAudiences] }),
    tokenPipeline: createTokenPipeline({ grants, authenticateClient, metrics })
  }
}
