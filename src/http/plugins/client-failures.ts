import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import type { CounterStore } from '../../stores/counters.ts'
import { clientAddress } from '../client-address.ts'

/**
 * Slows down whoever guesses client secrets: after too many failures from one address they are answered 429. Only
 * failures count and only failures are refused, so that nobody can lock a client out.
 */

const limit = 100
/** Seconds. */
const windowLength = 15 * 60

export function limitClientFailures(app: FastifyInstance, counters: CounterStore): void {
  app.setErrorHandler(async (error, request) => {
    if (error instanceof CountersignError && error.code === 'invalid_client') {
      const { allowed, resetsIn } = await counters.reserve(`client-failures:${clientAddress(request.ip)}`, limit, windowLength)
      if (!allowed) throw new CountersignError('rate_limited', { reason: 'client/too-many-failures', retryAfter: resetsIn })
    }
    throw error
  })
}
