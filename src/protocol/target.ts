import type { WantedTarget } from './resource.ts'
import { isOidcScope, isReservedScope, isSubset, oidcScopes } from './scope.ts'
import { scopesOfStranger, type RegisteredScopes } from './scopes-of-stranger.ts'

/**
 * What a token is for (RFC 8707): its audience and, of the scopes, those that mean something there. The scopes of an API
 * come with its `resource` alone; those of OpenID Connect belong to the issuer; all others are the client's own, for its
 * registered audience. Identifiers are compared character by character, so nothing that is no absolute URI, or has a
 * fragment, is ever found.
 */
export interface Target {
  /** Empty means the issuer. */
  audience: readonly string[]
  scopes: readonly string[]
  /** Seconds, the shortest of the APIs'; undefined means the lifetime in force. */
  lifetime: number | undefined
}

/** What a user grants. The access token carries of it what `narrowTarget` leaves. */
export interface UserTarget extends Target {
  /** What the user consents to: `<scope>`, or `<identifier> <scope>` for an API; nothing behind the space for none. */
  items: readonly string[]
}

export type TargetFault = 'invalid-target' | 'invalid-scope'

export interface TargetContext {
  client: TargetClient
  issuer: string
  apis: { find(identifier: string): KnownApi | undefined }
}

export interface TargetClient extends RegisteredScopes {
  id: string
  audience: readonly string[]
}

export interface KnownApi {
  identifier: string
  scopes: readonly string[]
  /** Seconds. */
  tokenLifetime: number | undefined
  /** The ids of the clients that may ask for it. */
  clients: readonly string[]
}

/** All of them stand in the token, which travels in a header. */
const maxResources = 10

/** For a client in its own name. Nobody is asked, so of each API's scopes it gets those that its registration names. */
export function decideClientTarget({ resources, scopes }: WantedTarget, context: TargetContext): Target | TargetFault {
  const { client } = context
  const apis = findApis(resources, context)
  if (apis === undefined) return 'invalid-target'
  const own = client.scopes.filter(scope => !isOidcScope(scope))
  const allowed = apis.length === 0 ? own : own.filter(scope => isScopeOf(apis, scope))
  const granted = scopes ?? allowed
  if (!isSubset(granted, allowed)) return 'invalid-scope'
  return aim(apis.length === 0 ? client.audience : resources, granted, context)
}

/** For a client in the name of a user, who will be asked about each of the items. */
export function decideUserTarget({ resources, scopes = [] }: WantedTarget, context: TargetContext): UserTarget | TargetFault {
  const { client, issuer } = context
  const isOpenid = scopes.includes('openid')
  const ofApis = resources.filter(resource => resource !== issuer)
  const apis = findApis(ofApis, context)
  if (apis === undefined || (ofApis.length < resources.length && !isOpenid)) return 'invalid-target'
  const own = resources.length === 0 ? client.scopes.filter(scope => !isReservedScope(scope)) : []
  const isAllowed = (scope: string): boolean =>
    isOidcScope(scope) ? isRegistered(scope, client) : own.includes(scope) || isScopeOf(apis, scope)
  if (!scopes.every(isAllowed)) return 'invalid-scope'
  const byDefault = isOpenid ? [...new Set([...client.audience, issuer])] : client.audience
  const ofIssuer = resources.length === 0 ? scopes : scopes.filter(isOidcScope)
  const items = [...ofIssuer, ...apis.flatMap(api => itemsOf(api, scopes))]
  const { audience, lifetime } = aim(resources.length === 0 ? byDefault : resources, scopes, context)
  return { audience, scopes, lifetime, items }
}

/**
 * For a grant, at the token endpoint: all of it, or less. An API that is gone, or no longer open to the client, gets no
 * further token. A scope that two APIs of a grant have was granted for both, so it stays whichever is named.
 */
export function narrowTarget(
  grant: { audience: readonly string[]; scopes: readonly string[] }, wanted: WantedTarget, context: TargetContext
): Target | TargetFault {
  const { resources, scopes = grant.scopes } = wanted
  const fault = judgeNarrowing(wanted, context)
  if (fault !== undefined) return fault
  const [isAll, audience] = resources.length === 0 ? [true, grant.audience] : [false, resources]
  if (!isSubset(audience, grant.audience)) return 'invalid-target'
  if (isAll && !audience.every(each => isOpen(each, context))) return 'invalid-target'
  if (!isSubset(scopes, grant.scopes)) return 'invalid-scope'
  return aim(audience, scopes.filter(scopeFilter(audience, isAll, context)), context)
}

/** What of that can be told before the grant is known, so that a wrong request spends nothing. */
export function judgeNarrowing({ resources, scopes = [] }: WantedTarget, context: TargetContext): TargetFault | undefined {
  if (resources.length === 0) return undefined
  const apis = findApis(resources.filter(resource => resource !== context.issuer), context)
  if (apis === undefined) return 'invalid-target'
  const owned = resources.includes(context.issuer) ? oidcScopes : []
  return scopes.every(scope => owned.includes(scope) || isScopeOf(apis, scope)) ? undefined : 'invalid-scope'
}

function scopeFilter(audience: readonly string[], isAll: boolean, context: TargetContext): (scope: string) => boolean {
  const isForIssuer = audience.length === 0 || audience.includes(context.issuer)
  const apis = audience.flatMap(each => findApi(each, context) ?? [])
  // A whole grant is one of the client's own scopes unless an API was named for it, which all are that are not its registered
  // audience; the scopes of an API that was closed are not among them.
  const areItsOwn = apis.every(({ identifier }) => context.client.audience.includes(identifier))
  const own = isAll && areItsOwn ? context.client.scopes : []
  return scope => isOidcScope(scope)
    ? isForIssuer && isRegistered(scope, context.client)
    : own.includes(scope) || isScopeOf(apis, scope)
}

const isRegistered = (scope: string, client: TargetClient): boolean => scopesOfStranger(client)?.includes(scope) ?? true

/** The APIs of that name which are open to the client; undefined when there is one that is not. */
function findApis(resources: readonly string[], context: TargetContext): KnownApi[] | undefined {
  if (resources.length > maxResources) return undefined
  const apis = resources.flatMap(resource => findApi(resource, context) ?? [])
  return apis.length === resources.length ? apis : undefined
}

function findApi(identifier: string, { client, apis }: TargetContext): KnownApi | undefined {
  const api = apis.find(identifier)
  return api?.clients.includes(client.id) ? api : undefined
}

/** Whether the client's tokens may be for that now. */
function isOpen(audience: string, context: TargetContext): boolean {
  const { client, issuer } = context
  return audience === issuer || client.audience.includes(audience) || findApi(audience, context) !== undefined
}

const isScopeOf = (apis: readonly KnownApi[], scope: string): boolean => apis.some(api => api.scopes.includes(scope))

function itemsOf({ identifier, scopes }: KnownApi, wanted: readonly string[]): string[] {
  const asked = wanted.filter(scope => scopes.includes(scope))
  return (asked.length > 0 ? asked : ['']).map(scope => `${identifier} ${scope}`)
}

/** An API's lifetime holds for every token for it, also where the client's registration made it the audience. */
function aim(audience: readonly string[], scopes: readonly string[], { apis }: TargetContext): Target {
  const lifetimes = audience.flatMap(identifier => apis.find(identifier)?.tokenLifetime ?? [])
  return { audience, scopes, lifetime: lifetimes.length === 0 ? undefined : Math.min(...lifetimes) }
}
