import type { FastifyRequest } from 'fastify'
import { CountersignError, type ErrorCode } from '../protocol/errors.ts'
import type { CounterStore } from '../stores/counters.ts'
import { parseRefreshToken } from '../tokens/refresh-token.ts'
import { clientAddress } from './client-address.ts'

/**
 * How often refresh tokens may be tried, counted in this process, so that a refresh needs no Redis. Everything is counted
 * before a token is spent: whoever is refused here has lost nothing and may come again.
 */
export interface RefreshLimits {
  /**
   * Runs work that reads a refresh token, with a limit for its grant at this address (so that a stranger who knows a
   * grant's id cannot use up its owner's allowance) and one for tokens from this address that are nobody's.
   */
  guard<T>(request: FastifyRequest, token: string | undefined, work: () => Promise<T>): Promise<T>
}

const failuresPerAddress = 300
const triesPerGrant = 300
/** Seconds. */
const windowLength = 60

/** A busy or broken service is nobody's failure. */
const failures: readonly ErrorCode[] = ['invalid_grant', 'invalid_token', 'token_missing']

export function createRefreshLimits(counters: CounterStore): RefreshLimits {
  async function reserve(key: string, limit: number): Promise<void> {
    const { allowed, resetsIn } = await counters.reserve(key, limit, windowLength)
    if (!allowed) throw new CountersignError('rate_limited', { reason: 'refresh/too-many', retryAfter: resetsIn })
  }

  return {
    async guard(request, token, work) {
      const address = clientAddress(request.ip)
      const grantId = token === undefined ? undefined : parseRefreshToken(token)?.grantId
      if (grantId !== undefined) await reserve(`refreshes:${address}:${grantId}`, triesPerGrant)
      await reserve(`refresh-failures:${address}`, failuresPerAddress)
      let failed = false
      try {
        return await work()
      } catch (error) {
        failed = error instanceof CountersignError && failures.includes(error.code)
        throw error
      } finally {
        if (!failed) await counters.giveBack(`refresh-failures:${address}`)
      }
    }
  }
}
