import type { FastifyInstance } from 'fastify'
import { readFormRequest } from '../form-request.ts'
import type { HttpServices } from '../services.ts'

/** The token endpoint (RFC 6749 §3.2). */
export function tokenRoute(app: FastifyInstance, { tokenPipeline }: HttpServices): void {
  app.post('/oauth/token', request => tokenPipeline(readFormRequest(request)))
}
