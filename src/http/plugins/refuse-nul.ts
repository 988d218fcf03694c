import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route looks at each parameter by itself. */
    takesNul?: boolean
  }
}

/** No name of ours has a NUL in it, and PostgreSQL's text cannot hold one: refused wherever in the URL it stands. */
export function refuseNul(app: FastifyInstance): void {
  app.addHook('onRequest', ({ url, routeOptions }, _reply, done) => {
    if (url.includes('%00') && routeOptions.config.takesNul !== true) throw new CountersignError('invalid_request', { reason: 'http/nul-in-url' })
    done()
  })
}
