import type { ApiRegistry } from '../clients/apis.ts'
import type { ClientRegistry } from '../clients/registry.ts'
import type { Log } from '../ports/log.ts'
import { acrOf } from '../protocol/acr.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import type { AuthorizationParams } from '../protocol/authorization-params.ts'
import { checkAuthorizationRequest, responseModeOf, type AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ResponseTarget } from '../protocol/authorization-response.ts'
import { claimsAskedFor, requestedAcr, requestedSubjects, withinScopes } from '../protocol/claims-request.ts'
import { itemsAt } from '../protocol/consent-address.ts'
import { scopesOfStranger } from '../protocol/scopes-of-stranger.ts'
import { claimsByScope } from '../protocol/standard-claims.ts'
import { decideUserTarget, type UserTarget } from '../protocol/target.ts'
import type { Client } from '../stores/clients.ts'
import { faultOfBreakdown } from './fault-of-breakdown.ts'
import { readDestination, type DestinationFault } from './read-destination.ts'

/** Whether this client may ask for that, whoever the person is. */
export type CheckRequest = (params: AuthorizationParams) => Promise<CheckedRequest>

export type CheckedRequest =
  | { verdict: 'good'; client: Client; request: AuthorizationRequest; target: UserTarget }
  /** The client is told. */
  | { verdict: 'fault'; client: Client; to: ResponseTarget; fault: AuthorizationFault }
  /** Only the person can be told. */
  | { verdict: 'lost'; fault: DestinationFault }

export interface CheckRequestOptions {
  registry: Pick<ClientRegistry, 'find'>
  apis: Pick<ApiRegistry, 'find'>
  issuer: string
  log: Log
}

/** How every user of ours authenticates. */
const methods = ['pwd']

export function createCheckRequest(options: CheckRequestOptions): CheckRequest {
  return async params => {
    const found = await readDestination(params, options.registry)
    if (typeof found === 'string') return { verdict: 'lost', fault: found }
    const { client, destination } = found
    const to = { redirectUri: destination.redirectUri, responseMode: responseModeOf(params), state: params.get('state') }
    try {
      const judged = judge(params, found, options)
      if ('rule' in judged) return { verdict: 'fault', client, to, fault: judged }
      return { verdict: 'good', client, request: judged.request, target: judged.target }
    } catch (error) {
      return { verdict: 'fault', client, to, fault: faultOfBreakdown(error, options.log) }
    }
  }
}

type Found = Exclude<Awaited<ReturnType<typeof readDestination>>, string>

function judge(
  params: AuthorizationParams, { client, destination }: Found, options: CheckRequestOptions
): { request: AuthorizationRequest; target: UserTarget } | AuthorizationFault {
  if (!client.grantTypes.includes('authorization_code')) return { error: 'unauthorized_client', rule: 'grant-type' }
  const isPublic = client.authMethods.includes('none')
  const request = checkAuthorizationRequest(
    params, destination, { isPublic, requiresPkce: isPublic || client.profile.requirePkce !== false })
  if ('fault' in request) return request.fault
  if (!canAuthenticate(request)) return { error: 'unmet_authentication_requirements', rule: 'acr' }
  // Nobody is asked for a password that cannot help.
  if (requestedSubjects(request.claims)?.length === 0) return { error: 'unmet_authentication_requirements', rule: 'sub' }
  const bound = { ...request, claims: request.claims && withinScopes(request.claims, scopesOfStranger(client)) }
  const target = decideTarget(bound, client, options)
  if (target === 'invalid-target') return { error: 'invalid_target', rule: 'target' }
  return target === 'invalid-scope' ? { error: 'invalid_scope', rule: 'scope' } : { request: bound, target }
}

/** An essential `acr` that cannot be reached is a failed authentication (OpenID Connect Core §5.5.1.1). */
function canAuthenticate({ claims }: AuthorizationRequest): boolean {
  const wanted = requestedAcr(claims)
  return wanted === undefined || wanted.includes(acrOf(methods)!)
}

function decideTarget(
  { resources, scopes, claims, redirectUri }: AuthorizationRequest, client: Client, { apis, issuer }: CheckRequestOptions
): ReturnType<typeof decideUserTarget> {
  // Nothing would come of it: the client cannot refresh (OpenID Connect Core §11 ignores it, too).
  const usable = client.grantTypes.includes('refresh_token') ? scopes : scopes.filter(scope => scope !== 'offline_access')
  // The token's answer would say that none was asked for.
  if (usable.length === 0 && scopes.length > 0) return 'invalid-scope'
  const target = decideUserTarget({ resources: [...new Set(resources)], scopes: usable }, { client, apis, issuer })
  if (typeof target === 'string') return target
  const covered = usable.flatMap(scope => claimsByScope[scope] ?? [])
  const further = claimsAskedFor(claims).filter(claim => !covered.includes(claim))
  const items = [...target.items, ...further.map(claim => `claim ${claim}`)]
  // Whoever asks for nothing still learns from the token who the user is.
  const { audience, lifetime } = target
  const asked = items.length > 0 ? items : ['openid']
  // The page warns of the address of a client that nobody vouches for: another one is another question.
  const isVouched = client.registrationTokenHash === undefined
  return { audience, scopes: target.scopes, lifetime, items: isVouched ? asked : itemsAt(redirectUri, asked) }
}
