import type { FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { readBearer } from '../../protocol/bearer.ts'
import { includesAudience, type AccessTokenClaims } from '../../protocol/claims.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { CheckAccessTokens } from '../../tokens/check-access-token.ts'
import type { VerifiedToken } from '../../tokens/verify-access-token.ts'

/** Who may call a route: the guards that routes name, and the claims they leave behind. */

declare module 'fastify' {
  interface FastifyRequest {
    /** The verified claims of the caller's access token, on routes with a guard. */
    access: AccessTokenClaims | undefined
    /** The key that signed that token. */
    accessKid: string | undefined
  }
}

export type Guard = (request: FastifyRequest) => Promise<void>

export interface AccessOptions {
  check: CheckAccessTokens
  issuer: string
}

/** The claims of the caller's access token, or undefined when there is none. Throws when it is no good here. */
export async function readAccess(request: FastifyRequest, options: AccessOptions): Promise<AccessTokenClaims | undefined> {
  const token = readBearer(request.headers.authorization)
  return token === undefined ? undefined : checkAccess(token, options)
}

/** The claims of an access token. Throws when it is no good here. */
export async function checkAccess(token: string, options: AccessOptions): Promise<AccessTokenClaims> {
  return (await verifyAccess(token, options)).claims
}

async function verifyAccess(token: string, { check, issuer }: AccessOptions): Promise<VerifiedToken> {
  const checked = (await check([token])).tokens[0]!
  if (checked.fault === 'expired') throw new CountersignError('token_expired', { reason: 'access/expired' })
  if (checked.verified === undefined) throw new CountersignError('invalid_token', { reason: `access/${checked.fault}` })
  if (checked.revocation.revoked) throw new CountersignError('token_revoked', { reason: 'access/revoked' })
  if (!includesAudience(checked.verified.claims, issuer)) {
    throw new CountersignError('invalid_token', { reason: 'access/wrong-audience' })
  }
  return checked.verified
}

async function requireAccess(request: FastifyRequest, options: AccessOptions): Promise<AccessTokenClaims> {
  const token = readBearer(request.headers.authorization)
  if (token === undefined) throw new CountersignError('token_missing', { reason: 'access/no-token' })
  const { claims, kid } = await verifyAccess(token, options)
  request.access = claims
  request.accessKid = kid
  return claims
}

/** A user of the first-party API: a token of the built-in client, for the issuer. */
export function requireUser(options: AccessOptions): Guard {
  return async request => {
    const claims = await requireAccess(request, options)
    if (claims.client_id !== firstPartyClientId || claims.sid === undefined) {
      throw new CountersignError('invalid_token', { reason: 'access/not-first-party' })
    }
  }
}

/** A service with a scope: a token without a user, for the issuer. */
export function requireScope(scope: string, options: AccessOptions): Guard {
  return async request => {
    const claims = await requireAccess(request, options)
    if (claims.grant_id === undefined && claims.scope?.split(' ').includes(scope)) return
    throw new CountersignError('insufficient_scope', {
      reason: 'access/scope',
      headers: { 'www-authenticate': `Bearer realm="countersign", error="insufficient_scope", scope="${scope}"` }
    })
  }
}

/** The claims that a guard left. */
export function accessOf(request: FastifyRequest): AccessTokenClaims {
  if (request.access === undefined) throw new Error(`${request.routeOptions.url} reads claims without a guard`)
  return request.access
}
