import type { FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'

/**
 * Refuses requests that another site's page makes with our cookies. Browsers say where a request comes from in `Origin`
 * and `Sec-Fetch-Site`; a client that sends neither is no browser and has no cookies that it was not given.
 */
export function refuseCrossSite(allowedOrigins: readonly string[]): (request: FastifyRequest) => Promise<void> {
  return async ({ headers }) => {
    const { origin } = headers
    const site = headers['sec-fetch-site']
    const isAllowed = origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : allowedOrigins.includes(origin)
    if (!isAllowed) throw new CountersignError('cross_site_request', { reason: 'cross-site/origin-not-listed' })
  }
}
