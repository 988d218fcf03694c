import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { LogController, type FastifyBaseLogger, type FastifyHttpOptions } from 'fastify'
import { CountersignError } from '../protocol/errors.ts'
import { projectError } from './project-error.ts'

/** The limits of a listener: sizes, times, and what a peer hears whose bytes are no HTTP at all. */
export function serverOptions(logger: FastifyBaseLogger, trustProxy: readonly string[] = []): FastifyHttpOptions<Server> {
  return {
    loggerInstance: logger,
    // One line a request would cost more than the request; refusals and failures are logged where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    // Node looks for late requests only every half minute unless told otherwise.
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    routerOptions: { maxParamLength: 255 },
    trustProxy: readTrustProxy(trustProxy),
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    clientErrorHandler: answerClientError
  }
}

/** Nobody, everybody, so many hops, or the addresses named. */
function readTrustProxy(rules: readonly string[]): boolean | string[] | ((address: string, hop: number) => boolean) {
  const [only, more] = rules
  if (only === undefined) return false
  if (more !== undefined || !/^(true|\d+)$/.test(only)) return [...rules]
  return only === 'true' ? true : (_address, hop) => hop < Number(only)
}

const clientErrors: Record<string, { status: number; refusal: CountersignError }> = {
  HPE_HEADER_OVERFLOW: {
    status: 431, refusal: new CountersignError('payload_too_large', {
      reason: 'http/headers-too-large', sentence: 'The request headers are too large.'
    })
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408, refusal: new CountersignError('request_timeout', { reason: 'http/request-timeout' })
  }
}

const malformed = { status: 400, refusal: new CountersignError('invalid_request', { reason: 'http/malformed' }) }

function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const { status, refusal } = clientErrors[error.code ?? ''] ?? malformed
  const body = JSON.stringify(projectError(refusal, 'oauth').body)
  socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-type: application/json; charset=utf-8\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\n` +
    `x-content-type-options: nosniff\r\nconnection: close\r\n\r\n${body}`)
}
