import cookie from '@fastify/cookie'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { keepOpenRoutes } from './http/plugins/any-origin.ts'
import { addErrorHandler, refuseBadUrl } from './http/plugins/error-handler.ts'
import { addNotFound } from './http/plugins/not-found.ts'
import { collectOpenApi } from './http/plugins/open-api.ts'
import { refuseNul } from './http/plugins/refuse-nul.ts'
import { registerRateLimit } from './http/plugins/rate-limit.ts'
import { refuseRepeatedHeaders } from './http/plugins/repeated-headers.ts'
import { addResponseHeaders } from './http/plugins/response-headers.ts'
import { acknowledgementRoutes } from './http/routes/acknowledgements.ts'
import { apiDocumentRoutes } from './http/routes/api-document.ts'
import { assetRoutes } from './http/routes/assets.ts'
import { clientRegistrationRoutes } from './http/routes/client-registration.ts'
import { discoveryRoutes, issuerPath, metadataRoute } from './http/routes/discovery.ts'
import { firstPartyRoutes } from './http/routes/first-party.ts'
import { healthRoutes } from './http/routes/health.ts'
import { oauthRoutes } from './http/routes/oauth.ts'
import { pageRoutes } from './http/routes/pages.ts'
import { revocationFeedRoutes } from './http/routes/revocation-feed.ts'
import { revocationRoutes } from './http/routes/revocations.ts'
import { statusListRoutes } from './http/routes/status-lists.ts'
import { userinfoRoutes } from './http/routes/userinfo.ts'
import { publicApi } from './http/schemas/public-api.ts'
import { serverOptions } from './http/server-options.ts'
import type { HttpRooms } from './http/rooms.ts'

/** The public listener: every plugin and every group of routes, in one list. */

export interface AppOptions {
  rooms: HttpRooms
  logger: FastifyBaseLogger
  trustProxy: readonly string[]
}

export async function createApp({ rooms, logger, trustProxy }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({ ...serverOptions(logger, trustProxy), frameworkErrors: refuseBadUrl })
  app.decorateRequest('access', undefined)
  app.decorateRequest('accessKid', undefined)
  app.decorateRequest('uiLocales', undefined)
  keepOpenRoutes(app)
  addErrorHandler(app, rooms.metrics)
  addNotFound(app, rooms.pages)
  addResponseHeaders(app, rooms.settings.issuer)
  refuseNul(app)
  refuseRepeatedHeaders(app)
  await app.register(cookie)
  await registerRateLimit(app, rooms.counters)
  await collectOpenApi(app, publicApi(rooms.settings.issuer))

  healthRoutes(app, rooms.isReady)
  metadataRoute(app, rooms)
  // Where the issuer has a path, its endpoints lie under it.
  const prefix = issuerPath(rooms.settings.issuer)
  await app.register(scope => discoveryRoutes(scope, rooms), { prefix })
  await app.register(scope => apiDocumentRoutes(scope, rooms), { prefix })
  await app.register(scope => assetRoutes(scope, rooms), { prefix })
  await app.register(scope => pageRoutes(scope, rooms), { prefix })
  await app.register(scope => oauthRoutes(scope, rooms), { prefix })
  await app.register(scope => clientRegistrationRoutes(scope, rooms), { prefix })
  await app.register(scope => userinfoRoutes(scope, rooms), { prefix })
  await app.register(scope => firstPartyRoutes(scope, rooms), { prefix: `${prefix}/api/auth` })
  await app.register(scope => revocationRoutes(scope, rooms), { prefix })
  await app.register(scope => statusListRoutes(scope, rooms), { prefix })
  await app.register(scope => revocationFeedRoutes(scope, rooms), { prefix })
  await app.register(scope => acknowledgementRoutes(scope, rooms), { prefix })
  return app
}
