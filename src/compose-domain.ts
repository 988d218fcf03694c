import { createAttempts } from './accounts/attempts.ts'
import { createChangePassword } from './accounts/password-change.ts'
import { createPasswords, type Passwords } from './accounts/passwords.ts'
import { createRegister } from './accounts/registration.ts'
import { createSessions } from './accounts/sessions.ts'
import { createSignIn } from './accounts/sign-in.ts'
import { createApiRegistry, type ApiRegistry } from './clients/apis.ts'
import { createAuthenticateClient } from './clients/authenticate.ts'
import { clientAuthMethods } from './clients/methods/index.ts'
import { createClientRegistry, type ClientRegistry } from './clients/registry.ts'
import type { StoresOfInstance } from './compose-stores.ts'
import type { Config } from './config.ts'
import { createFirstPartyGrants } from './grants/first-party.ts'
import type { Grant } from './grants/grant.ts'
import { createGrants } from './grants/index.ts'
import { createTokenPipeline } from './grants/pipeline.ts'
import { createRefresh } from './grants/refresh.ts'
import type { Pages } from './http/pages.ts'
import type { HttpRooms } from './http/rooms.ts'
import { createKeyRing, type KeyRing } from './keys/key-ring.ts'
import { createRotation, type Rotation } from './keys/rotation.ts'
import type { Seal } from './keys/seal.ts'
import { createNoticeDelivery, type NoticeDelivery } from './logout/deliver-notices.ts'
import { createSendLogoutToken } from './logout/send-logout-token.ts'
import { createOutboundFetch } from './outbound/outbound-fetch.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { Metrics } from './ports/metrics.ts'
import type { Random } from './ports/random.ts'
import { buildMetadata } from './protocol/metadata.ts'
import type { Pulse } from './pulse.ts'
import { createRevocationList, type RevocationList } from './revocation/list.ts'
import { createLookup } from './revocation/lookup.ts'
import { createRevoker } from './revocation/revoke.ts'
import { createAssignSubject } from './tokens/assign-subject.ts'
import { createCheckAccessTokens } from './tokens/check-access-token.ts'
import { createVerifyIdTokenHint } from './tokens/id-token-hint.ts'
import { createIssueIdToken } from './tokens/id-token.ts'
import { createIntrospect } from './tokens/introspect.ts'
import { createMint } from './tokens/issue.ts'
import { createReadRefreshToken } from './tokens/read-refresh-token.ts'
import { createRevokeToken } from './tokens/revoke-token.ts'
import { createSignJwt } from './tokens/sign-jwt.ts'
import { createReadUserinfo } from './tokens/userinfo.ts'

/** The rooms of the house, in the order in which they lean on each other: keys, revocation, tokens, clients, grants,
 * accounts. Implementations are chosen already; this only passes each what it asks for. */

export interface Domain {
  /** What the routes of the public listener call, readiness aside. */
  rooms: Omit<HttpRooms, 'isReady'>
  ring: KeyRing
  rotation: Rotation
  list: RevocationList
  registry: ClientRegistry
  apis: ApiRegistry
  passwords: Passwords
  notices: NoticeDelivery
  /** The grant types that work. */
  grants: readonly Grant[]
}

export interface DomainTools {
  config: Config
  clock: Clock
  random: Random
  log: Log
  metrics: Metrics
  stores: StoresOfInstance
  pulse: Pulse
  seal: Seal
  skipsShut: boolean
  pages: Pages
}

export function composeDomain(tools: DomainTools): Domain {
  const { config, random, stores } = tools
  const passwords = createPasswords(tools)
  const core = composeCore(tools)
  const { ring, mint, revoker, refresh, check } = core
  const registry = createClientRegistry({ store: stores.clients, pulse: tools.pulse })
  const apis = createApiRegistry({ store: stores.apis, pulse: tools.pulse })
  const authenticateClient = createAuthenticateClient(registry)
  const grants = createGrants({ mint, refresh, apis, issuer: config.issuer })
  const firstParty = createFirstPartyGrants({
    ring, mint, random,
    audience: [config.issuer, ...config.firstPartyAudiences],
    idleLifetime: config.refreshTokenLifetime,
    absoluteLifetime: config.refreshAbsoluteLifetime
  })
  const attempts = createAttempts(stores)
  const accounts = { ...tools, ...stores, passwords, attempts, revoker }
  const metadata = buildMetadata({
    issuer: config.issuer,
    grantTypes: grants.map(grant => grant.type),
    clientAuthMethods: clientAuthMethods.map(method => method.name),
    scopes: ['revocations:read', 'revocations:write']
  })
  const rooms = {
    ...core, settings: config, counters: stores.counters, localCounters: stores.localCounters, log: tools.log,
    metrics: tools.metrics, pages: tools.pages, users: stores.users, authenticateClient, firstParty, metadata: JSON.stringify(metadata),
    introspect: createIntrospect({ check, readRefreshToken: core.readRefreshToken, issuer: config.issuer }),
    tokenPipeline: createTokenPipeline({ grants, authenticateClient, metrics: tools.metrics }),
    register: createRegister(accounts),
    changePassword: createChangePassword(accounts),
    sessions: createSessions(accounts),
    signIn: createSignIn({ ...accounts, newGrant: firstParty.create })
  }
  const { rotation, list, notices } = core
  return { rooms, ring, rotation, list, registry, apis, passwords, notices, grants }
}

/** Keys, revocation and tokens: what everything else stands on. */
function composeCore({ config, clock, random, log, metrics, stores, pulse, seal, skipsShut }: DomainTools) {
  const { issuer } = config
  const { grants, clients, journal, users, profiles, subjects } = stores
  const ring = createKeyRing({ store: stores.keys, seal, clock, pulse, skipsShut })
  const rotation = createRotation({
    store: stores.keys, ring, seal, clock, random, log,
    interval: config.keyRotationInterval, refreshLifetime: config.refreshAbsoluteLifetime
  })
  const list = createRevocationList({ journal, cache: stores.revocationCache, pulse, clock, log })
  const lookup = createLookup({ list, grants, clients, isTrustedKey: kid => ring.verifying(kid) !== undefined })
  const signJwt = createSignJwt(ring)
  const outboundFetch = createOutboundFetch({ privateNetworks: config.outboundPrivateNetworks })
  const notices = createNoticeDelivery({
    store: stores.logoutNotices, log, metrics,
    send: createSendLogoutToken({ signJwt, outboundFetch, clock, random, issuer })
  })
  const revoker = createRevoker({ stores, list, pulse, metrics, afterPublishing: () => void notices.nudge() })
  const mint = createMint({ ring, clock, random, issuer, lifetime: config.accessTokenLifetime, pulse })
  const readRefreshToken = createReadRefreshToken({ ring, grants, grace: config.refreshGrace })
  return {
    ring, rotation, list, lookup, revoker, mint, readRefreshToken, notices,
    assignSubject: createAssignSubject({ subjects, random }),
    issueIdToken: createIssueIdToken({ sign: signJwt, clock, issuer, users }),
    verifyIdTokenHint: createVerifyIdTokenHint({ ring, issuer }),
    readUserinfo: createReadUserinfo({ profiles, sign: signJwt, issuer }),
    check: createCheckAccessTokens({ ring, lookup, clock, issuer }),
    revokeToken: createRevokeToken({ ring, grants, readRefreshToken, revoker, clock, issuer }),
    refresh: createRefresh({
      grants, ring, mint, revoker, log, metrics, grace: config.refreshGrace, idleLifetime: config.refreshTokenLifetime
    })
  }
}
