import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRawForm } from './read-raw-form.ts'

/**
 * Another site's form brings no `Lax` cookie along; the redirect that answers it does (RFC 6265bis §5.6.7.2). Undefined
 * when it has to be answered as it came.
 */
export function repeatWithCookies(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply | undefined {
  const texts = Object.values(readRawForm(request)).filter(text => text !== '')
  if (request.method !== 'POST' || !canRepeat(texts.join('&'))) return undefined
  return reply.code(303).header('location', `${path}?${texts.join('&')}`).send()
}

/** What fits into a request line, here and on the way. A `#` would end the query. */
const canRepeat = (query: string): boolean => query.length < 6000 && !/[^\x21\x22\x24-\x7E]/.test(query)
