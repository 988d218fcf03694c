import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Cookies } from '../cookies.ts'
import { readAccess } from '../plugins/access.ts'
import type { HttpServices } from '../services.ts'

interface LogoutBody {
  refreshToken?: string
}

const schema = {
  body: { type: ['object', 'null'], properties: { refreshToken: { type: 'string', maxLength: 512 } } }
}

/**
 * Signing out, here or everywhere. Whoever holds either token of the session may end it; an access token that has
 * expired meanwhile must not keep anyone signed in.
 */
export function logoutRoutes(app: FastifyInstance, services: HttpServices, cookies: Cookies): void {
  const { sessions } = services

  app.post('/api/auth/logout', { schema, bodyLimit: 8192 }, async (request, reply) => {
    const holder = await identify(request, services, cookies)
    await sessions.end(holder.sessionId, holder.userId)
    cookies.clearRefreshToken(reply)
    return { status: 'signed-out' }
  })

  app.post('/api/auth/logout-all', { schema, bodyLimit: 8192 }, async (request, reply) => {
    const holder = await identify(request, services, cookies)
    await sessions.endAll(holder.userId)
    cookies.clearRefreshToken(reply)
    return { status: 'signed-out-everywhere' }
  })
}

interface Holder {
  userId: string
  sessionId: string
}

async function identify(request: FastifyRequest, services: HttpServices, cookies: Cookies): Promise<Holder> {
  const refreshToken = (request.body as LogoutBody | null | undefined)?.refreshToken ?? cookies.refreshToken(request)
  const held = refreshToken === undefined ? undefined : await services.readRefreshToken(refreshToken)
  if (held !== undefined && held.grant.clientId === firstPartyClientId && held.grant.live) return held.grant
  const claims = await readAccess(request, { check: services.check, issuer: services.settings.issuer })
  if (claims === undefined) throw new CountersignError('token_missing', { reason: 'logout/no-token' })
  if (claims.client_id !== firstPartyClientId || claims.sid === undefined) {
    throw new CountersignError('invalid_token', { reason: 'access/not-first-party' })
  }
  return { userId: claims.sub, sessionId: claims.sid }
}
