import type { FastifyInstance } from 'fastify'
import { readFormRequest } from '../form-request.ts'
import type { HttpRooms } from '../rooms.ts'

/** The token endpoint (RFC 6749 §3.2). */
export function tokenRoute(app: FastifyInstance, { tokenPipeline }: HttpRooms): void {
  app.post('/oauth/token', request => tokenPipeline(readFormRequest(request)))
}
