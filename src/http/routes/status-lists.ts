import type { FastifyInstance } from 'fastify'
import { acceptsEncoding, acceptsType } from '../../protocol/accept.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { isHeldAlready } from '../../protocol/if-none-match.ts'
import { readStatusListName } from '../../protocol/status-list.ts'
import { describeOnly } from '../describe-only.ts'
import { allowAnyOrigin } from '../plugins/any-origin.ts'
import type { HttpRooms } from '../rooms.ts'
import { statusListSchemas as schemas } from '../schemas/status-lists.ts'

const mediaType = 'application/statuslist+jwt'

/** Token Status Lists (draft-ietf-oauth-status-list §8, §9): public, for caches of any kind. */
export async function statusListRoutes(app: FastifyInstance, { statusLists, settings }: HttpRooms): Promise<void> {
  const cacheControl = `public, max-age=${settings.statusListTtl}`
  describeOnly(app)
  for (const path of ['/status-lists', '/status-lists/:list']) allowAnyOrigin(app, path, 'GET, HEAD')

  app.get('/status-lists', { schema: schemas.aggregation }, async (_request, reply) =>
    reply.headers({ 'cache-control': cacheControl }).send({ status_lists: await statusLists.uris() }))

  app.get<{ Params: { list: string }; Querystring: { time?: string } }>('/status-lists/:list', { schema: schemas.list },
    async ({ params, query, headers }, reply) => {
      if (query.time !== undefined) throw new CountersignError('not_implemented', { reason: 'status-list/other-time' })
      if (!acceptsType(headers.accept, mediaType)) {
        throw new CountersignError('not_acceptable', { reason: 'status-list/media-type' })
      }
      const name = readStatusListName(params.list)
      const token = name && await statusLists.read(name)
      if (token === undefined) throw new CountersignError('not_found', { reason: 'status-list/unknown' })
      const isGzip = acceptsEncoding(headers['accept-encoding'], 'gzip')
      const etag = `"${token.version}${isGzip ? '-gzip' : ''}"`
      reply.headers({ etag, 'cache-control': cacheControl, vary: 'accept-encoding' })
      if (isHeldAlready(headers['if-none-match'], etag)) return reply.code(304).send()
      if (isGzip) reply.header('content-encoding', 'gzip')
      return reply.type(mediaType).send(isGzip ? token.gzipped : token.jwt)
    })
}
