import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { firstPartyClientId } from '../../clients/registry.ts'
import type { TargetKind } from '../../stores/journal.ts'
import { accessOf, requireScope } from '../plugins/access.ts'
import { acceptJson } from '../plugins/accept-json.ts'
import type { HttpRooms } from '../rooms.ts'
import { revocationSchemas as schemas } from '../schemas/revocations.ts'
import { readLookup, type LookupBody } from './lookup.ts'

interface RevocationBody {
  target: TargetKind
  value: string
  reason: string
}

/** A thousand access tokens and the JSON around them. */
const lookupBodyLimit = 4 * 1024 * 1024

/** The revocation API, for services: is this token revoked, and revoke this. */
export async function revocationRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { gate, lookup, revoker } = rooms
  const onRead = requireScope('revocations:read', gate)
  const onWrite = requireScope('revocations:write', gate)
  acceptJson(app)

  app.post<{ Body: LookupBody }>('/revocations/lookup', {
    onRequest: onRead, bodyLimit: lookupBodyLimit, schema: schemas.lookup
  }, request => readLookup(request.body, rooms))

  app.get<{ Params: { jti: string }; Querystring: { kid?: string } }>('/revocations/:jti', {
    onRequest: onRead, schema: schemas.check
  }, async ({ params, query }) => {
    const { seq, answers } = await lookup.check([{ jti: params.jti, kid: query.kid }])
    return { ...answers[0], seq }
  })

  app.post<{ Body: RevocationBody }>('/revocations', { onRequest: onWrite, schema: schemas.revoke },
    async (request, reply) => {
      const { target, value, reason } = request.body
      const actor = `client:${accessOf(request).client_id}`
      if (target === 'client' && value === firstPartyClientId) {
        // That is everyone who is signed in: the admin listener's alone.
        throw new CountersignError('forbidden', { reason: 'revocation/built-in-client' })
      }
      if (target === 'token' && (await lookup.check([{ jti: value, kid: undefined }])).answers[0]!.target === 'invalid') {
        throw new CountersignError('not_found', { reason: 'revocation/no-such-token' })
      }
      return reply.code(201).send({ seq: await revoker.revoke(target, value, { reason, actor }) })
    })
}
