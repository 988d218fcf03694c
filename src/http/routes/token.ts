import type { FastifyInstance } from 'fastify'
import { readFormRequest } from '../form-request.ts'
import type { HttpRooms } from '../rooms.ts'
import { tokenSchema } from '../schemas/token.ts'

/** The token endpoint (RFC 6749 §3.2). */
export function tokenRoute(app: FastifyInstance, { tokenPipeline, grants }: HttpRooms): void {
  app.post('/oauth/token', { schema: tokenSchema(grants) }, request => tokenPipeline(readFormRequest(request)))
}
