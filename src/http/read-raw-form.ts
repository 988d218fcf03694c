import type { FastifyRequest } from 'fastify'

/** Form-encoded text as it came, for endpoints that tell its faults apart by themselves. */
export interface RawForm {
  query: string
  body: string
}

export function readRawForm({ url, body }: FastifyRequest): RawForm {
  return { query: url.includes('?') ? url.slice(url.indexOf('?') + 1) : '', body: typeof body === 'string' ? body : '' }
}
