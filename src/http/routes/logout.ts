import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Cookies } from '../cookies.ts'
import { readAccess } from '../plugins/access.ts'
import { createRefreshLimits, type RefreshLimits } from '../refresh-limits.ts'
import type { HttpRooms } from '../rooms.ts'
import { logoutSchemas as schemas } from '../schemas/logout.ts'

interface LogoutBody {
  refreshToken?: string
}

/**
 * Signing out, here or everywhere. Whoever holds either token of the session may end it; an access token that has
 * expired meanwhile must not keep anyone signed in.
 */
export function logoutRoutes(app: FastifyInstance, rooms: HttpRooms, cookies: Cookies): void {
  const { sessions, localCounters } = rooms
  const context = { rooms, cookies, limits: createRefreshLimits(localCounters) }

  app.post('/logout', { schema: schemas.here, bodyLimit: 8192 }, async (request, reply) => {
    // Signing out twice, or with a token that was rotated out, is signing out all the same.
    const holder = await identify(request, { ...context, needsSpendable: false })
    await sessions.end(holder.sessionId, holder.userId)
    cookies.clearRefreshToken(reply)
    return { status: 'signed-out' }
  })

  app.post('/logout-all', { schema: schemas.everywhere, bodyLimit: 8192 }, async (request, reply) => {
    const holder = await identify(request, { ...context, needsSpendable: true })
    await sessions.endAll(holder.userId)
    cookies.clearRefreshToken(reply)
    return { status: 'signed-out-everywhere' }
  })
}

interface Holder {
  userId: string
  sessionId: string
}

interface HolderRules {
  rooms: HttpRooms
  cookies: Cookies
  limits: RefreshLimits
  /** Whether the refresh token must be one that can be spent now: an old one must not end other sessions. */
  needsSpendable: boolean
}

async function identify(request: FastifyRequest, { rooms, cookies, limits, needsSpendable }: HolderRules): Promise<Holder> {
  const refreshToken = (request.body as LogoutBody | null | undefined)?.refreshToken ?? cookies.refreshToken(request)
  return limits.guard(request, refreshToken, async () => {
    const held = refreshToken === undefined ? undefined : await rooms.readRefreshToken(refreshToken)
    if (held?.grant.clientId === firstPartyClientId && (held.isSpendable || !needsSpendable)) return held.grant
    const claims = await readAccess(request, rooms.gate)
    if (claims === undefined) throw noHolder(refreshToken)
    if (claims.client_id !== firstPartyClientId || claims.sid === undefined) {
      throw new CountersignError('invalid_token', { reason: 'access/not-first-party' })
    }
    return { userId: claims.sub, sessionId: claims.sid }
  })
}

function noHolder(refreshToken: string | undefined): CountersignError {
  return refreshToken === undefined
    ? new CountersignError('token_missing', { reason: 'logout/no-token' })
    : new CountersignError('invalid_grant', { reason: 'logout/refresh-token-not-usable' })
}
