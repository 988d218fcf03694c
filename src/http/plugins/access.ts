import type { FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { readBearer } from '../../protocol/bearer.ts'
import type { AccessTokenClaims } from '../../protocol/claims.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { AccessGate } from '../../tokens/access-gate.ts'

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

/** The claims of the caller's access token, or undefined when there is none. Throws when it is no good here. */
export async function readAccess({ headers }: FastifyRequest, gate: AccessGate): Promise<AccessTokenClaims | undefined> {
  const token = readBearer(headers.authorization)
  return token === undefined ? undefined : (await gate.pass(token)).claims
}

async function requireAccess(request: FastifyRequest, gate: AccessGate): Promise<AccessTokenClaims> {
  const token = readBearer(request.headers.authorization)
  if (token === undefined) throw new CountersignError('token_missing', { reason: 'access/no-token' })
  const { claims, kid } = await gate.pass(token)
  request.access = claims
  request.accessKid = kid
  return claims
}

/** A user of the first-party API: a token of the built-in client, for the issuer. */
export function requireUser(gate: AccessGate): Guard {
  return async request => {
    const claims = await requireAccess(request, gate)
    if (claims.client_id !== firstPartyClientId || claims.sid === undefined) {
      throw new CountersignError('invalid_token', { reason: 'access/not-first-party' })
    }
  }
}

/** A service with a scope: a token without a user, for the issuer. */
export function requireScope(scope: string, gate: AccessGate): Guard {
  return async request => {
    const claims = await requireAccess(request, gate)
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
