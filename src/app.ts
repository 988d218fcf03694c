import cookie from '@fastify/cookie'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { addErrorHandler, sendRefusal } from './http/plugins/error-handler.ts'
import { addNotFound } from './http/plugins/not-found.ts'
import { registerRateLimit } from './http/plugins/rate-limit.ts'
import { refuseRepeatedHeaders } from './http/plugins/repeated-headers.ts'
import { addResponseHeaders } from './http/plugins/response-headers.ts'
import { discoveryRoutes, issuerPath, metadataRoute } from './http/routes/discovery.ts'
import { firstPartyRoutes } from './http/routes/first-party.ts'
import { healthRoutes } from './http/routes/health.ts'
import { oauthRoutes } from './http/routes/oauth.ts'
import { revocationRoutes } from './http/routes/revocations.ts'
import { serverOptions } from './http/server-options.ts'
import type { HttpServices } from './http/services.ts'
import { CountersignError } from './protocol/errors.ts'

/** The public listener: every plugin and every group of routes, in one list. */

export interface AppOptions {
  services: HttpServices
  logger: FastifyBaseLogger
  trustProxy: readonly string[]
}

export async function createApp({ services, logger, trustProxy }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...serverOptions(logger, trustProxy),
    frameworkErrors(error, request, reply) {
      void sendRefusal(new CountersignError('invalid_request', { reason: 'http/bad-url', cause: error }), request, reply)
    }
  })
  app.decorateRequest('access', undefined)
  addErrorHandler(app, services.metrics)
  addNotFound(app)
  addResponseHeaders(app, services.settings.issuer)
  refuseRepeatedHeaders(app)
  await app.register(cookie)
  await registerRateLimit(app, services.counters)

  healthRoutes(app, services.isReady)
  metadataRoute(app, services)
  // Where the issuer has a path, its endpoints lie under it.
  const prefix = issuerPath(services.settings.issuer)
  await app.register(scope => discoveryRoutes(scope, services), { prefix })
  await app.register(scope => oauthRoutes(scope, services), { prefix })
  await app.register(scope => firstPartyRoutes(scope, services), { prefix: `${prefix}/api/auth` })
  await app.register(scope => revocationRoutes(scope, services), { prefix })
  return app
}
