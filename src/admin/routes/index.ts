import type { FastifyInstance } from 'fastify'
import type { AdminInstance } from '../instance.ts'
import { apiDocumentRoutes } from './api-document.ts'
import { apiRoutes } from './apis.ts'
import { auditRoutes } from './audit.ts'
import { clientRoutes } from './clients.ts'
import { doctorRoutes } from './doctor.ts'
import { keyRoutes } from './keys.ts'
import { profileRoutes } from './profiles.ts'
import { revocationRoutes } from './revocations.ts'
import { userRoutes } from './users.ts'
import { verifierRoutes } from './verifiers.ts'

/**
 * The admin API: everything under `/admin`, behind the admin token. A further noun is one file and one line
 * here.
 */
export const adminRoutes: ReadonlyArray<(app: FastifyInstance, instance: AdminInstance) => void> = [
  userRoutes, profileRoutes, clientRoutes, apiRoutes, keyRoutes, revocationRoutes, verifierRoutes, auditRoutes, doctorRoutes,
  apiDocumentRoutes
]
