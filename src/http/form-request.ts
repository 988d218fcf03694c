import type { FastifyRequest } from 'fastify'
import { CountersignError } from '../protocol/errors.ts'
import type { Params } from '../protocol/params.ts'

/** The form parameters and the Authorization header of a request to an OAuth endpoint. */
export function readFormRequest(request: FastifyRequest): { authorization: string | undefined; params: Params } {
  const { body } = request
  if (!(body instanceof Map)) {
    throw new CountersignError('invalid_request', {
      reason: 'oauth/no-form-body', sentence: 'Send the parameters as application/x-www-form-urlencoded.'
    })
  }
  return { authorization: request.headers.authorization, params: body as Params }
}
