import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Cookies } from '../cookies.ts'
import { createRefreshLimits } from '../refresh-limits.ts'
import type { HttpRooms } from '../rooms.ts'
import { refreshSchema as schema } from '../schemas/refresh.ts'
import { renderTokens } from './render-tokens.ts'

interface RefreshBody {
  refreshToken?: string
}

/** Refreshing. A token that came by cookie is answered by cookie only: script never gets to see it. */
export function refreshRoute(app: FastifyInstance, rooms: HttpRooms, cookies: Cookies): void {
  const { refresh, localCounters } = rooms
  const limits = createRefreshLimits(localCounters)

  app.post<{ Body: RefreshBody | null }>('/refresh', { schema, bodyLimit: 8192 }, async (request, reply) => {
    const { refreshToken, inBody } = readRefreshToken(request, cookies)
    const answer = await limits.guard(request, refreshToken, () =>
      refresh({ refreshToken, clientId: firstPartyClientId }))
    if (!inBody) cookies.setRefreshToken(reply, answer.refreshToken)
    return { ...renderTokens(answer.access), ...(inBody && { refreshToken: answer.refreshToken }) }
  })
}

function readRefreshToken(request: FastifyRequest, cookies: Cookies): { refreshToken: string; inBody: boolean } {
  const fromBody = (request.body as RefreshBody | null | undefined)?.refreshToken
  const refreshToken = fromBody ?? cookies.refreshToken(request)
  if (refreshToken === undefined) {
    throw new CountersignError('refresh_token_missing', { reason: 'refresh/no-token' })
  }
  return { refreshToken, inBody: fromBody !== undefined }
}
