import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { parseForm } from '../../protocol/params.ts'

/** Which bodies a group of routes takes: forms at the OAuth endpoints, JSON elsewhere, nothing else anywhere. */

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      requireUtf8(request.headers['content-type'])
      done(null, parseForm(decode(body)))
    } catch (error) {
      done(error as Error)
    }
  })
}

export function acceptJson(app: FastifyInstance): void {
  // Refuses `__proto__` and `constructor` members.
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      requireUtf8(request.headers['content-type'])
      const text = decode(body)
      // PostgreSQL's text cannot hold it, and no member of ours may.
      if (text.includes('\\u0000')) throw malformed('nul-character')
      void parse(request, text, done)
    } catch (error) {
      done(error as Error)
    }
  })
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch {
    throw malformed('invalid-utf-8')
  }
}

function requireUtf8(contentType: string | undefined): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType ?? '')?.[1]
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') throw malformed('charset')
}

const malformed = (rule: string): CountersignError => new CountersignError('invalid_request', { reason: `body/${rule}` })
