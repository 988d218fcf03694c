import type { FastifyInstance } from 'fastify'
import { isHeldAlready } from '../protocol/if-none-match.ts'
import { jwksCacheLifetime } from '../protocol/limits.ts'
import { sha256Text } from '../protocol/sha256.ts'
import type { RouteSchema } from './schemas/answer.ts'

/** A document that is the same for everyone: cacheable, with an ETag. */

export interface PublishedText {
  body: string
  etag: string
}

export interface Publication {
  read(): PublishedText
  type: string
  schema: RouteSchema
}

export function withEtag(body: string): PublishedText {
  return { body, etag: `"${sha256Text(body).slice(0, 22)}"` }
}

export function publishDocument(app: FastifyInstance, path: string, { read, type, schema }: Publication): void {
  app.get(path, { schema }, (request, reply) => {
    const { body, etag } = read()
    reply.headers({ etag, 'cache-control': `public, max-age=${jwksCacheLifetime}` })
    if (isHeldAlready(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type(type).send(body)
  })
}
