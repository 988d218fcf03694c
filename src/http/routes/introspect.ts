import type { FastifyInstance } from 'fastify'
import { isPublicClient } from '../../clients/public-client.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { requireParam } from '../../protocol/params.ts'
import { readFormRequest } from '../form-request.ts'
import type { HttpRooms } from '../rooms.ts'
import { introspectSchema as schema } from '../schemas/introspect.ts'

/** Introspection (RFC 7662), for clients that can prove who they are. */
export function introspectRoute(app: FastifyInstance, { authenticateClient, introspect }: HttpRooms): void {
  app.post('/oauth/introspect', { schema }, async request => {
    const form = readFormRequest(request)
    const client = await authenticateClient(form)
    if (isPublicClient(client)) {
      throw new CountersignError('invalid_client', { reason: 'introspect/public-client' })
    }
    return introspect(requireParam(form.params, 'token'), client)
  })
}
