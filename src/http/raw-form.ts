import type { FastifyRequest } from 'fastify'

/** Form-encoded text as it came, for endpoints that tell its faults apart by themselves. */

export const queryOf = ({ url }: FastifyRequest): string => url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''

export const bodyOf = ({ body }: FastifyRequest): string => typeof body === 'string' ? body : ''
