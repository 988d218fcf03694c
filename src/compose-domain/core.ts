import { createKeyRing } from '../keys/key-ring.ts'
import { createPlanSigningRotation } from '../keys/plan-rotation.ts'
import { createRotation } from '../keys/rotation.ts'
import { createNoticeDelivery } from '../logout/deliver-notices.ts'
import { createSendLogoutToken } from '../logout/send-logout-token.ts'
import { createAcknowledgedSubscribers } from '../revocation/acknowledged-subscribers.ts'
import { createFeed } from '../revocation/feed/feed.ts'
import { createSnapshots } from '../revocation/feed/snapshots.ts'
import { createRevocationList } from '../revocation/list.ts'
import { createLookup } from '../revocation/lookup.ts'
import { createReadReach } from '../revocation/read-reach.ts'
import { createRevoker } from '../revocation/revoke.ts'
import { createAssignSubject } from '../tokens/assign-subject.ts'
import { createAccessGate } from '../tokens/access-gate.ts'
import { createCheckAccessTokens } from '../tokens/check-access-token.ts'
import { createVerifyIdTokenHint } from '../tokens/id-token-hint.ts'
import { createIssueIdToken } from '../tokens/id-token.ts'
import { createMint } from '../tokens/issue.ts'
import { createReadRefreshToken } from '../tokens/read-refresh-token.ts'
import { createRevokeToken } from '../tokens/revoke-token.ts'
import { createSignJwt } from '../tokens/sign-jwt.ts'
import { createReadUserinfo } from '../tokens/userinfo.ts'
import { createSignStatusList } from '../tokens/sign-status-list.ts'
import { createStatusLists } from '../tokens/status-lists.ts'
import { createReferToStatus } from '../tokens/refer-to-status.ts'
import type { Clients } from './clients.ts'
import type { DomainTools } from './tools.ts'

export type Core = ReturnType<typeof composeCore>

/** Keys, revocation and tokens: what everything else stands on. */
export function composeCore(tools: DomainTools, { apis }: Clients) {
  const { config: { issuer, refreshGrace, ...config }, clock, random, stores } = tools
  const { grants, users, profiles, subjects } = stores
  const keys = composeKeys(tools)
  const { ring, sign } = keys
  const revocation = composeRevocation(tools, keys)
  const gate = createAccessGate({ ring, lookup: revocation.lookup, clock, issuer })
  const readRefreshToken = createReadRefreshToken({ ring, grants, grace: refreshGrace })
  return {
    ...keys, ...revocation, gate, readRefreshToken,
    mint: createMint({
      ring, clock, random, issuer, lifetime: config.accessTokenLifetime, pulse: tools.pulse,
      referToStatus: createReferToStatus({ apis, issuer })
    }),
    assignSubject: createAssignSubject({ subjects, random }),
    issueIdToken: createIssueIdToken({ sign, clock, issuer, users }),
    verifyIdTokenHint: createVerifyIdTokenHint({ ring, issuer }),
    readUserinfo: createReadUserinfo({ gate, profiles, sign, issuer }),
    check: createCheckAccessTokens({ ring, lookup: revocation.lookup, clock, issuer }),
    statusLists: composeStatusLists(tools, { ...keys, ...revocation }),
    revokeToken: createRevokeToken({ ring, grants, readRefreshToken, revoker: revocation.revoker, clock, issuer })
  }
}

function composeKeys({ config, clock, random, log, stores, pulse, seal, skipsShut }: DomainTools) {
  const ring = createKeyRing({ store: stores.keys, seal, clock, pulse, skipsShut })
  const plan = createPlanSigningRotation({ ring, verifiers: stores.verifiers })
  const rotation = createRotation({
    store: stores.keys, ring, seal, clock, random, log, plan,
    interval: config.keyRotationInterval, refreshLifetime: config.refreshAbsoluteLifetime,
    sessionLifetime: config.sessionLifetime
  })
  return { ring, rotation, planRotation: plan, sign: createSignJwt(ring) }
}

/** What ends, how everybody hears of it, and how the applications of a session do. */
function composeRevocation(
  { config: { issuer }, clock, random, log, metrics, stores, pulse, outboundFetch }: DomainTools,
  { ring, sign: signJwt }: ReturnType<typeof composeKeys>
) {
  const { grants, clients, journal, logoutNotices: store } = stores
  const list = createRevocationList({ journal, cache: stores.revocationCache, pulse, clock, log })
  const send = createSendLogoutToken({ signJwt, outboundFetch, clock, random, issuer })
  const notices = createNoticeDelivery({ store, log, metrics, send })
  return {
    list, notices,
    subscribers: createAcknowledgedSubscribers(stores.verifiers),
    feed: createFeed({ list, keys: ring, pulse, clock, log }),
    snapshots: createSnapshots({ list, clock }),
    readReach: createReadReach(stores.verifiers),
    lookup: createLookup({ list, grants, clients, isTrustedKey: kid => ring.verifying(kid) !== undefined }),
    revoker: createRevoker({ stores, list, pulse, metrics, afterPublishing: () => void notices.nudge() })
  }
}

function composeStatusLists(
  { config: { issuer, statusListTtl: ttl }, clock, stores }: DomainTools,
  { list, ring, sign: signJwt }: ReturnType<typeof composeKeys> & Pick<ReturnType<typeof composeRevocation>, 'list'>
) {
  const sign = createSignStatusList({ signJwt, clock, issuer, ttl })
  return createStatusLists({ store: stores.statusLists, list, ring, sign, clock, issuer, ttl })
}
