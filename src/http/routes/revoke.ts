import type { FastifyInstance } from 'fastify'
import { requireParam } from '../../protocol/params.ts'
import { readFormRequest } from '../form-request.ts'
import type { HttpRooms } from '../rooms.ts'
import { revokeSchema as schema } from '../schemas/revoke.ts'

/** Revocation by the client (RFC 7009). `token_type_hint` is not needed: our tokens tell themselves apart. */
export function revokeRoute(app: FastifyInstance, { authenticateClient, revokeToken }: HttpRooms): void {
  app.post('/oauth/revoke', { schema }, async (request, reply) => {
    const form = readFormRequest(request)
    const client = await authenticateClient(form)
    await revokeToken(requireParam(form.params, 'token'), client)
    return reply.code(200).send()
  })
}
