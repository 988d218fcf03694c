import type { FastifyRequest } from 'fastify'
import { CountersignError } from '../protocol/errors.ts'
import type { CounterStore } from '../stores/counters.ts'
import { clientAddress } from './client-address.ts'

/**
 * How often refresh tokens may be tried, counted in this process, so that a refresh needs no Redis. Tokens that turn out
 * to be nobody's count against the address they came from; good ones against their grant, which only a holder of its
 * token can use up.
 */
export interface RefreshLimits {
  /** Runs work that reads a refresh token. It counts against the address unless it succeeds. */
  guard<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T>
  /** Counts one refresh of a grant. */
  countRefresh(grantId: string): Promise<void>
}

const failuresPerAddress = 300
const refreshesPerGrant = 300
/** Seconds. */
const windowLength = 60

export function createRefreshLimits(counters: CounterStore): RefreshLimits {
  async function reserve(key: string, limit: number): Promise<void> {
    const { allowed, resetsIn } = await counters.reserve(key, limit, windowLength)
    if (!allowed) throw new CountersignError('rate_limited', { reason: 'refresh/too-many', retryAfter: resetsIn })
  }

  return {
    async guard(request, work) {
      const key = `refresh-failures:${clientAddress(request.ip)}`
      await reserve(key, failuresPerAddress)
      const result = await work()
      await counters.giveBack(key)
      return result
    },
    countRefresh: grantId => reserve(`refreshes:${grantId}`, refreshesPerGrant)
  }
}
