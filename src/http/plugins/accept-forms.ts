import type { FastifyInstance } from 'fastify'
import { parseForm } from '../../protocol/params.ts'
import { describeOnly } from '../describe-only.ts'
import { readBodyText } from '../read-body-text.ts'

/** The OAuth endpoints take forms, and nothing else. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  describeOnly(app)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parseForm(readBodyText(request, body)))
    } catch (error) {
      done(error as Error)
    }
  })
}
