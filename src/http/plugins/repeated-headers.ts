import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'

/** Headers that decide who is asking: Node keeps the first of several, and whoever stands before us may read the last. */
const decisive = ['authorization', 'content-type', 'host']

/** Refuses a request that says one of them twice (RFC 6750 §2: one method, one token). */
export function refuseRepeatedHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const seen = new Set<string>()
    for (let at = 0; at < raw.rawHeaders.length; at += 2) {
      const name = raw.rawHeaders[at]!.toLowerCase()
      if (!decisive.includes(name)) continue
      if (seen.has(name)) {
        throw new CountersignError('invalid_request', { reason: 'http/repeated-header' })
      }
      seen.add(name)
    }
    done()
  })
}
