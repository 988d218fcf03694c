import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { acceptJson } from '../plugins/accept-json.ts'
import { accessOf, requireScope } from '../plugins/access.ts'
import { readAcknowledgement, readInstance, type AcknowledgementBody } from '../read-acknowledgement.ts'
import { readSequence } from '../read-sequence.ts'
import { renderReach } from '../render-reach.ts'
import type { HttpRooms } from '../rooms.ts'
import { acknowledgementSchemas as schemas } from '../schemas/acknowledgements.ts'

const bodyLimit = 16 * 1024

/** Verifiers tell what they have applied, and anybody who may read revocations learns where one is effective. */
export async function acknowledgementRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { gate, subscribers, readReach } = rooms
  const onRequest = requireScope('revocations:read', gate)
  acceptJson(app)

  app.post<{ Body: AcknowledgementBody }>('/revocations/ack', { onRequest, bodyLimit, schema: schemas.acknowledge },
    async (request, reply) => {
      const acknowledgement = readAcknowledgement(accessOf(request).client_id, request.body)
      if (await subscribers.acknowledge(acknowledgement) === 'unknown') {
        throw new CountersignError('snapshot_required', { reason: 'verifiers/unknown-point' })
      }
      return reply.code(204).send()
    })

  app.delete<{ Querystring: { instance: string } }>('/revocations/ack', { onRequest, schema: schemas.leave }, async (request, reply) => {
    await subscribers.leave(accessOf(request).client_id, readInstance(request.query.instance))
    return reply.code(204).send()
  })

  app.get<{ Params: { seq: string } }>('/revocations/:seq/reach', { onRequest, schema: schemas.reach }, async ({ params }) => {
    return renderReach(await readReach(readSequence(params.seq)))
  })
}
