import type { FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'

/**
 * Refuses a form that another site's page sends, before it counts against anybody. What keeps those out in every browser is
 * the token in each form; `Origin` says nothing here, as our pages have no referrer and their forms therefore `Origin: null`.
 */
export async function refuseForeignForm({ method, headers }: FastifyRequest): Promise<void> {
  const site = headers['sec-fetch-site']
  if (method !== 'POST' || site === undefined || site === 'same-origin' || site === 'none') return
  throw new CountersignError('cross_site_request', { reason: 'cross-site/foreign-form' })
}
