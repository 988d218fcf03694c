import type { FastifyRequest } from 'fastify'
import { CountersignError } from '../protocol/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The body as text: UTF-8, said or not, and well-formed. Throws `invalid_request`. */
export function readBodyText(request: FastifyRequest, body: Buffer): string {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') throw refuseBody('charset')
  try {
    return utf8.decode(body)
  } catch {
    throw refuseBody('invalid-utf-8')
  }
}

export function refuseBody(rule: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `body/${rule}` })
}
