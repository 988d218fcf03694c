import type { FastifyInstance, FastifyRequest } from 'fastify'
import { firstPartyClientId } from '../../clients/registry.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { parseRefreshToken } from '../../tokens/refresh-token.ts'
import { clientAddress } from '../client-address.ts'
import type { Cookies } from '../cookies.ts'
import type { HttpRooms } from '../rooms.ts'
import { renderTokens } from './render-tokens.ts'

interface RefreshBody {
  refreshToken?: string
}

const schema = {
  body: { type: ['object', 'null'], properties: { refreshToken: { type: 'string', maxLength: 512 } } }
}

/** Refreshing. A token that came by cookie is answered by cookie only: script never gets to see it. */
export function refreshRoute(app: FastifyInstance, rooms: HttpRooms, cookies: Cookies): void {
  const { refresh, localCounters } = rooms

  async function reserve(request: FastifyRequest, token: string): Promise<void> {
    const grantId = parseRefreshToken(token)?.grantId ?? 'malformed'
    const { allowed, resetsIn } = await localCounters.reserve(`refresh:${clientAddress(request.ip)}:${grantId}`, limit, windowLength)
    if (!allowed) throw new CountersignError('rate_limited', { reason: 'refresh/too-many', retryAfter: resetsIn })
  }

  app.post<{ Body: RefreshBody | null }>('/refresh', { schema, bodyLimit: 8192 }, async (request, reply) => {
    const { refreshToken, inBody } = readRefreshToken(request, cookies)
    await reserve(request, refreshToken)
    const answer = await refresh({ refreshToken, clientId: firstPartyClientId, scopes: [] })
    if (!inBody) cookies.setRefreshToken(reply, answer.refreshToken)
    return { ...renderTokens(answer.access), ...(inBody && { refreshToken: answer.refreshToken }) }
  })
}

/** Per grant and address, so that a stranger who knows a grant's id cannot use up its owner's allowance. Counted in this
 * process: a refresh needs no Redis. */
const limit = 300
/** Seconds. */
const windowLength = 60

function readRefreshToken(request: FastifyRequest, cookies: Cookies): { refreshToken: string; inBody: boolean } {
  const fromBody = (request.body as RefreshBody | null | undefined)?.refreshToken
  const refreshToken = fromBody ?? cookies.refreshToken(request)
  if (refreshToken === undefined) {
    throw new CountersignError('refresh_token_missing', { reason: 'refresh/no-token' })
  }
  return { refreshToken, inBody: fromBody !== undefined }
}
