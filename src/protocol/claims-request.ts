import { claimsByScope, standardClaimNames } from './standard-claims.ts'
import { parseStrictJson } from './strict-json.ts'

/** The `claims` parameter of an authorization request (OpenID Connect Core §5.5), as far as it is acted on. */
export interface ClaimsRequest {
  userinfo?: Record<string, ClaimRequest | null>
  id_token?: Record<string, ClaimRequest | null>
}

/** How one claim is asked for (§5.5.1). */
export interface ClaimRequest {
  essential?: boolean
  value?: unknown
  values?: unknown[]
}

const maxBytes = 8192
/** The request, its part, the claim, its value, and what an address holds. */
const maxDepth = 6

/** Beside the user's: what an ID token says of the sign-in. */
const knownClaims = [...standardClaimNames, 'sub', 'acr', 'amr', 'auth_time']

/** Claims that are not known here are kept out of it, and so are further members: they are none of the request's faults. */
export function parseClaimsRequest(text: string): ClaimsRequest | 'malformed' {
  if (Buffer.byteLength(text) > maxBytes) return 'malformed'
  const whole = parseStrictJson(text, maxDepth)
  if (!isObject(whole)) return 'malformed'
  const request: ClaimsRequest = {}
  for (const part of ['userinfo', 'id_token'] as const) {
    if (!Object.hasOwn(whole, part) || whole[part] === null) continue
    const claims = readPart(whole[part])
    if (claims === undefined) return 'malformed'
    request[part] = claims
  }
  return request
}

/** The values of which one must be reached for the request to succeed (§5.5.1.1); undefined when any will do. */
export function requestedAcr(request: ClaimsRequest | undefined): string[] | undefined {
  const acr = request?.id_token?.['acr']
  if (!acr?.essential || (acr.value === undefined && acr.values === undefined)) return undefined
  return [acr.value, ...acr.values ?? []].filter(value => typeof value === 'string')
}

/**
 * The users that the answer may be about: those who meet each demand on `sub`, in either part (§5.5.1), be it essential or not
 * (§3.1.2.2). Undefined when it may be anyone; empty when the demands contradict each other.
 */
export function requestedSubjects(request: ClaimsRequest | undefined): string[] | undefined {
  const [first, ...others] = [request?.userinfo, request?.id_token].flatMap(part => demandsOf(part?.['sub'] ?? {}))
  return first?.filter(sub => typeof sub === 'string').filter(sub => others.every(demand => demand.includes(sub)))
}

const demandsOf = ({ value, values }: ClaimRequest): unknown[][] =>
  [...value === undefined ? [] : [[value]], ...values === undefined ? [] : [values]]

/** Every claim about the user that is asked for by name, to be consented to like those that a scope gives. */
export function claimsAskedFor(request: ClaimsRequest | undefined): string[] {
  const names = new Set([...Object.keys(request?.userinfo ?? {}), ...Object.keys(request?.id_token ?? {})])
  return standardClaimNames.filter(name => names.has(name))
}

/** Without the claims about the user that none of these scopes has: a request may not get more by the one way than by the other. */
export function withinScopes(request: ClaimsRequest, scopes: readonly string[] | undefined): ClaimsRequest {
  if (scopes === undefined) return request
  const allowed = scopes.flatMap(scope => Object.hasOwn(claimsByScope, scope) ? claimsByScope[scope]! : [])
  const isAllowed = ([name]: [string, unknown]): boolean => allowed.includes(name) || !standardClaimNames.includes(name)
  const { userinfo, id_token: idToken } = request
  return {
    ...(userinfo && { userinfo: Object.fromEntries(Object.entries(userinfo).filter(isAllowed)) }),
    ...(idToken && { id_token: Object.fromEntries(Object.entries(idToken).filter(isAllowed)) })
  }
}

function readPart(part: unknown): Record<string, ClaimRequest | null> | undefined {
  if (!isObject(part)) return undefined
  const claims: Record<string, ClaimRequest | null> = {}
  for (const name of knownClaims) {
    if (!Object.hasOwn(part, name)) continue
    const claim = readClaim(part[name])
    if (claim === undefined) return undefined
    claims[name] = claim
  }
  return claims
}

function readClaim(claim: unknown): ClaimRequest | null | undefined {
  if (claim === null) return null
  if (!isObject(claim)) return undefined
  const { essential, value, values } = claim
  if (essential !== undefined && typeof essential !== 'boolean') return undefined
  if (values !== undefined && !Array.isArray(values)) return undefined
  return {
    ...(essential !== undefined && { essential }), ...(value !== undefined && { value }), ...(values !== undefined && { values })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
