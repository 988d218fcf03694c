import type { Passwords } from './accounts/passwords.ts'
import type { ApiRegistry } from './clients/apis.ts'
import { clientAuthMethods } from './clients/methods/index.ts'
import type { ClientRegistry } from './clients/registry.ts'
import { composeAccounts } from './compose-domain/accounts.ts'
import { composeAuthorization } from './compose-domain/authorization.ts'
import { composeCanary } from './compose-domain/canary.ts'
import { composeClients } from './compose-domain/clients.ts'
import { composeCore } from './compose-domain/core.ts'
import { composeGrants } from './compose-domain/grants.ts'
import type { DomainTools } from './compose-domain/tools.ts'
import type { Grant } from './grants/grant.ts'
import type { HttpRooms } from './http/rooms.ts'
import type { KeyRing } from './keys/key-ring.ts'
import type { PlanSigningRotation } from './keys/plan-rotation.ts'
import type { Rotation } from './keys/rotation.ts'
import type { NoticeDelivery } from './logout/deliver-notices.ts'
import { assertionAlgorithms } from './protocol/client-jwks.ts'
import { buildMetadata } from './protocol/metadata.ts'
import { oidcScopes } from './protocol/scope.ts'
import type { Canary } from './revocation/canary.ts'
import type { RevocationList } from './revocation/list.ts'
import { createIntrospect } from './tokens/introspect.ts'

/** The rooms of the house, in the order in which they lean on each other; each folder of the domain has a file beside this.
 * Implementations are chosen already; this only passes each what it asks for. */

export interface Domain {
  /** What the routes of the public listener call, readiness aside. */
  rooms: Omit<HttpRooms, 'isReady'>
  ring: KeyRing
  rotation: Rotation
  planRotation: PlanSigningRotation
  list: RevocationList
  registry: ClientRegistry
  apis: ApiRegistry
  passwords: Passwords
  notices: NoticeDelivery
  canary: Canary
  /** The grant types that work. */
  grants: readonly Grant[]
}

export function composeDomain(tools: DomainTools): Domain {
  const { config, stores, pages } = tools
  const clients = composeClients(tools)
  const core = composeCore(tools, clients)
  const { codes, ...authorization } = composeAuthorization(tools, core, clients)
  const { grants, ...granting } = composeGrants(tools, core, { ...clients, codes })
  const { passwords, ...accounts } = composeAccounts(tools, core, { ...clients, ...granting, grants })
  const metadata = buildMetadata({
    issuer: config.issuer,
    grantTypes: grants.map(grant => grant.type),
    clientAuthMethods: clientAuthMethods.map(method => method.name),
    scopes: [...oidcScopes, 'revocations:read', 'revocations:write'],
    assertionAlgorithms,
    hasClientRegistration: config.clientRegistration !== 'off',
    locales: pages.locales
  })
  const rooms = {
    ...core, ...clients, ...authorization, ...granting, ...accounts, grants,
    settings: config, counters: stores.counters, localCounters: stores.localCounters, log: tools.log, metrics: tools.metrics,
    random: tools.random, pages, users: stores.users, browserSessions: stores.browserSessions,
    metadata: JSON.stringify(metadata),
    introspect: createIntrospect({ check: core.check, readRefreshToken: core.readRefreshToken, issuer: config.issuer })
  }
  const { ring, rotation, planRotation, list, notices } = core
  const canary = composeCanary(tools, core, clients)
  return { rooms, ring, rotation, planRotation, list, ...clients, passwords, notices, canary, grants }
}
