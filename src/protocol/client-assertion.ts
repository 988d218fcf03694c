import { isCanonicalBase64url } from './base64url.ts'
import type { Reason } from './errors.ts'
import { clockSkew } from './limits.ts'
import { parseJwtSegment } from './parse-jwt-segment.ts'

/**
 * A client's assertion: a JWT that the client signs itself (RFC 7523 §3 as OAuth 2.1 narrows it). What it says is read
 * and judged here; whether its signature is right is not known here.
 */

/** Seconds that an assertion may have left: for as long its `jti` is remembered. */
const maxAssertionLifetime = 600

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export interface ClientAssertion {
  token: string
  algorithm: string
  keyId: string | undefined
  /** Who it says it is: `sub`. */
  clientId: string
  claims: Readonly<Record<string, unknown>>
}

const maxLength = 8192
const compact = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
/** An access token, an ID token or a request object has another type, and never passes for an assertion. */
const types = ['jwt', 'client-authentication+jwt']

/** Undefined for what is no assertion at all. One spelling only: no part may be written in two ways (RFC 8725bis §3.14). */
export function readClientAssertion(token: string): ClientAssertion | undefined {
  const parts = token.length > maxLength ? null : compact.exec(token)
  if (parts === null || !isCanonicalBase64url(parts[3]!)) return undefined
  const [header, claims] = [parseJwtSegment(parts[1]!), parseJwtSegment(parts[2]!)]
  if (header === undefined || claims === undefined) return undefined
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) return undefined
  if (typ !== undefined && !(typeof typ === 'string' && types.includes(typ.toLowerCase()))) return undefined
  // No extension is understood here, and one that is not understood must be refused (RFC 7515 §4.1.11).
  if ('crit' in header || 'b64' in header) return undefined
  if (typeof claims['sub'] !== 'string' || claims['sub'] === '') return undefined
  return { token, algorithm: alg, keyId: kid, clientId: claims['sub'], claims }
}

export interface AssertionTerms {
  issuer: string
  /** The audiences of clients that are older than OAuth 2.1; empty for all others. */
  olderAudiences: readonly string[]
  /** Seconds since 1970. */
  now: number
}

/** What its claims break, the first of them. */
export function judgeClientAssertion({ claims, clientId }: ClientAssertion, terms: AssertionTerms): Reason | undefined {
  const { exp, jti } = claims
  if (claims['iss'] !== clientId) return 'client/assertion-issuer'
  if (!isAudience(claims['aud'], terms)) return 'client/assertion-audience'
  if (typeof exp !== 'number') return 'client/assertion-no-expiry'
  if (exp <= terms.now - clockSkew) return 'client/assertion-expired'
  if (exp > terms.now + maxAssertionLifetime + clockSkew) return 'client/assertion-too-long-lived'
  if (!hasBegun(claims['iat'], terms.now) || !hasBegun(claims['nbf'], terms.now)) return 'client/assertion-not-yet-valid'
  return typeof jti === 'string' && jti !== '' ? undefined : 'client/assertion-no-jti'
}

/**
 * The issuer, and nothing beside it: an assertion that were good at two servers could be carried from one to the other
 * (RFC 7523bis §4).
 */
function isAudience(aud: unknown, { issuer, olderAudiences }: AssertionTerms): boolean {
  if (aud === issuer) return true
  const named: unknown[] = Array.isArray(aud) ? aud : [aud]
  return olderAudiences.length > 0 && named.length > 0 &&
    named.every(each => each === issuer || olderAudiences.some(older => older === each))
}

function hasBegun(time: unknown, now: number): boolean {
  return time === undefined || (typeof time === 'number' && time <= now + clockSkew)
}
