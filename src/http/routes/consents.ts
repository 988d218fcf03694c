import type { FastifyInstance } from 'fastify'
import { addressOfItem, withoutAddress } from '../../protocol/consent-address.ts'
import type { Consent } from '../../stores/consents.ts'
import { accessOf, requireUser } from '../plugins/access.ts'
import type { HttpRooms } from '../rooms.ts'
import { consentSchemas as schemas } from '../schemas/consents.ts'

/** What the signed-in user has allowed to which application, and taking it back. */
export function consentRoutes(app: FastifyInstance, { consents, gate }: HttpRooms): void {
  const onRequest = requireUser(gate)

  app.get('/consents', { onRequest, schema: schemas.list }, async request => ({
    consents: (await consents.list(accessOf(request).sub)).map(render)
  }))

  app.delete<{ Params: { clientId: string } }>('/consents/:clientId', { onRequest, schema: schemas.withdraw }, async (request, reply) => {
    await consents.withdraw(accessOf(request).sub, request.params.clientId)
    return reply.code(204).send()
  })
}

function render({ clientId, clientName, items, createdAt, updatedAt }: Consent) {
  const scopes = [...new Set(items.map(withoutAddress))]
  const sentTo = [...new Set(items.flatMap(item => addressOfItem(item) ?? []))]
  return { clientId, clientName, scopes, sentTo, createdAt, updatedAt }
}
