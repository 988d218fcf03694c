import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { createCookies } from '../cookies.ts'
import { acceptJson } from '../plugins/bodies.ts'
import { refuseCrossSite } from '../plugins/cross-site.ts'
import type { HttpServices } from '../services.ts'
import { accountRoutes } from './account.ts'
import { loginRoute } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { refreshRoute } from './refresh.ts'
import { registerRoute } from './register.ts'

/** The first-party API, for the product's own front ends: JSON, cookies, and only for the origins that are listed. */
export async function firstPartyRoutes(app: FastifyInstance, services: HttpServices): Promise<void> {
  const { settings } = services
  await app.register(cors, {
    origin: [...settings.firstPartyOrigins], credentials: true, methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'], exposedHeaders: ['retry-after', 'www-authenticate'], maxAge: 600
  })
  app.addHook('onRequest', refuseCrossSite(settings.firstPartyOrigins))
  acceptJson(app)
  const cookies = createCookies(settings)
  registerRoute(app, services)
  loginRoute(app, services, cookies)
  refreshRoute(app, services, cookies)
  logoutRoutes(app, services, cookies)
  accountRoutes(app, services)
}
