import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { jwksCacheLifetime } from '../../protocol/limits.ts'
import { allowAnyOrigin } from '../plugins/any-origin.ts'
import type { HttpRooms } from '../rooms.ts'

/** What verifiers and clients fetch to know this issuer. Public, cacheable, the same for everyone. */
export async function discoveryRoutes(app: FastifyInstance, { ring, metadata }: HttpRooms): Promise<void> {
  const document = withEtag(metadata)
  publish(app, '/.well-known/jwks.json', { read: () => ring.jwks(), type: 'application/jwk-set+json' })
  publish(app, '/.well-known/openid-configuration', { read: () => document, type: 'application/json' })
}

/** RFC 8414 §3.1 inserts the well-known part before the issuer's path; OpenID Connect appends it. */
export function metadataRoute(app: FastifyInstance, { metadata, settings }: HttpRooms): void {
  const document = withEtag(metadata)
  const path = `/.well-known/oauth-authorization-server${issuerPath(settings.issuer)}`
  publish(app, path, { read: () => document, type: 'application/json' })
}

export function issuerPath(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '')
}

function withEtag(body: string): { body: string; etag: string } {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
}

interface Publication {
  read(): { body: string; etag: string }
  type: string
}

function publish(app: FastifyInstance, path: string, { read, type }: Publication): void {
  allowAnyOrigin(app, path, 'GET, HEAD')
  app.get(path, (request, reply) => {
    const { body, etag } = read()
    reply.headers({ etag, 'cache-control': `public, max-age=${jwksCacheLifetime}` })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type(type).send(body)
  })
}
