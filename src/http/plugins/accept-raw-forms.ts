import type { FastifyInstance } from 'fastify'
import { describeOnly } from '../describe-only.ts'
import { readBodyText } from '../read-body-text.ts'

/** Forms whose faults are told apart later: one broken parameter must not hide where the answer may go. */
export function acceptRawForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  describeOnly(app)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, readBodyText(request, body))
    } catch (error) {
      done(error as Error)
    }
  })
}
