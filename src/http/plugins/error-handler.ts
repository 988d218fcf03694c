import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../../ports/metrics.ts'
import { CountersignError, type ErrorCode } from '../../protocol/errors.ts'
import { projectError, type Face } from '../project-error.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where a listener has but one, whatever the path. */
    refusalFace?: Face
  }
}

/** Turns whatever was thrown into an answer: refusals by the table, everything else into a 500 that says nothing. */
export function addErrorHandler(app: FastifyInstance, metrics: Metrics): void {
  app.setErrorHandler((error: FastifyError | CountersignError, request, reply) => {
    const refusal = toRefusal(error)
    noteRefusal(refusal, request, metrics)
    return sendRefusal(refusal, request, reply)
  })
}

export function noteRefusal(refusal: CountersignError, request: FastifyRequest, metrics: Metrics): void {
  const { code, reason, cause } = refusal
  const route = routeOf(request)
  if (code === 'server_error') request.log.error({ err: cause ?? refusal, route }, 'unexpected failure')
  else if (code === 'temporarily_unavailable') request.log.warn({ reason, route, err: cause }, 'unavailable')
  else request.log.info({ reason, route }, 'refused')
  metrics.count('countersign_refusals_total', { code })
}

export function sendRefusal(refusal: CountersignError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = projectError(refusal, faceOf(request))
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body)
}

/** A URL that the framework cannot read. No hook runs for it: what is true of every answer has to be said here. */
export function refuseBadUrl(cause: Error, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  void sendRefusal(new CountersignError('invalid_request', { reason: 'http/bad-url', cause }), request, reply)
}

function faceOf(request: FastifyRequest): Face {
  const path = request.url.split('?', 1)[0]!
  return request.server.refusalFace ?? (path.includes('/api/auth') ? 'api' : 'oauth')
}

const routeOf = (request: FastifyRequest): string => `${request.method} ${request.routeOptions.url ?? '(none)'}`

/** Fastify's own refusals, by its error codes. */
const fastifyRefusals: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_VALIDATION: 'invalid_request',
  FST_ERR_ASYNC_CONSTRAINT: 'invalid_request'
}

export function toRefusal(error: FastifyError | CountersignError): CountersignError {
  if (error instanceof CountersignError) return error
  const code = fastifyRefusals[error.code] ?? (error.statusCode === 400 ? 'invalid_request' : 'server_error')
  const sentence = error.validation === undefined ? undefined : describe(error)
  return new CountersignError(code, {
    reason: `http/${error.code === undefined ? 'unexpected' : error.code.toLowerCase().replaceAll('_', '-')}`,
    cause: error,
    ...(sentence !== undefined && { sentence })
  })
}

/** Says which member is wrong, by our own schema's words and never by the request's. */
function describe({ validation, validationContext }: FastifyError): string {
  const fault = validation![0]!
  const path = fault.instancePath.slice(1).replaceAll('/', '.')
  const missing = fault.keyword === 'required' ? String(fault.params['missingProperty']) : ''
  const name = [path, missing].filter(part => part !== '').join('.')
  const place = /^[A-Za-z0-9_.]{0,60}$/.test(name) && name !== '' ? name : validationContext ?? 'body'
  return missing === '' ? `The member ${place} is not what it must be.` : `The member ${place} is missing.`
}
