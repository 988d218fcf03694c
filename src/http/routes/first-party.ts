import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { createCookies } from '../cookies.ts'
import { acceptJson } from '../plugins/accept-json.ts'
import { refuseCrossSite } from '../plugins/cross-site.ts'
import type { HttpRooms } from '../rooms.ts'
import { accountRoutes } from './account.ts'
import { consentRoutes } from './consents.ts'
import { loginRoute } from './login.ts'
import { logoutRoutes } from './logout.ts'
import { refreshRoute } from './refresh.ts'
import { registerRoute } from './register.ts'

/**
 * The first-party API, for the product's own front ends: JSON, cookies, and only for the origins that are listed. It lies
 * under `/api/auth`, which app.ts says, so that its answers to preflight requests end there too.
 */
export async function firstPartyRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { settings } = rooms
  await app.register(cors, {
    origin: [...settings.firstPartyOrigins], credentials: true, methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type'], exposedHeaders: ['retry-after', 'www-authenticate'], maxAge: 600,
    // Otherwise a preflight without its headers is refused in plain text.
    strictPreflight: false
  })
  app.addHook('onRequest', refuseCrossSite(settings.firstPartyOrigins))
  acceptJson(app)
  const cookies = createCookies(settings)
  registerRoute(app, rooms)
  loginRoute(app, rooms, cookies)
  refreshRoute(app, rooms, cookies)
  logoutRoutes(app, rooms, cookies)
  accountRoutes(app, rooms)
  consentRoutes(app, rooms)
}
