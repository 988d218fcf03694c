import Fastify, { type FastifyInstance } from 'fastify'
import { acceptJson } from '../http/plugins/accept-json.ts'
import { addErrorHandler, refuseBadUrl } from '../http/plugins/error-handler.ts'
import { addNotFound } from '../http/plugins/not-found.ts'
import { collectOpenApi } from '../http/plugins/open-api.ts'
import { addResponseHeaders } from '../http/plugins/response-headers.ts'
import { refuseNul } from '../http/plugins/refuse-nul.ts'
import { serverOptions } from '../http/server-options.ts'
import { loadAdminToken } from './admin-token.ts'
import { addGauges } from './gauges.ts'
import { guardAgainstBrowsers, guardWithToken } from './guard.ts'
import { healthRoutes } from './health.ts'
import { adminRoutes } from './routes/index.ts'
import { adminApi } from './schemas/admin-api.ts'
import type { AdminInstance } from './instance.ts'

/**
 * The second listener, for operators: health in detail, metrics, and the admin API that the command line
 * speaks. This folder owns who may call it and what the calls look like; the acts themselves are the
 * domain's, and how an instance is composed is not known here.
 */
export async function createAdminApp(instance: AdminInstance): Promise<FastifyInstance> {
  const { config, logger, metrics, random } = instance
  const app = Fastify({ ...serverOptions(logger), frameworkErrors: refuseBadUrl })
  app.decorate('refusalFace', 'api')
  addErrorHandler(app, metrics)
  addNotFound(app)
  addResponseHeaders(app, config.issuer)
  refuseNul(app)
  await collectOpenApi(app, adminApi)
  app.addHook('onRequest', guardAgainstBrowsers(config.adminHost))
  healthRoutes(app, instance)
  addGauges(app, instance)
  const onRequest = guardWithToken(loadAdminToken(config, random))
  await app.register(async scope => {
    acceptJson(scope)
    scope.addHook('onRequest', onRequest)
    for (const addRoutes of adminRoutes) addRoutes(scope, instance)
  }, { prefix: '/admin' })
  return app
}
