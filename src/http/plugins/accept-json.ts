import type { FastifyInstance } from 'fastify'
import { readBodyText, refuseBody } from '../read-body-text.ts'

/** Every other route with a body takes JSON, and nothing else. */
export function acceptJson(app: FastifyInstance): void {
  // Refuses `__proto__` and `constructor` members.
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      const text = readBodyText(request, body)
      // PostgreSQL's text cannot hold it, and no member of ours may.
      if (text.includes('\\u0000')) throw refuseBody('nul-character')
      void parse(request, text, done)
    } catch (error) {
      done(error as Error)
    }
  })
}
