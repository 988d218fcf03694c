import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { jwksCacheLifetime } from '../../protocol/limits.ts'
import type { HttpServices } from '../services.ts'

/** What verifiers and clients fetch to know this issuer. Public, cacheable, the same for everyone. */
export async function discoveryRoutes(app: FastifyInstance, { ring, metadata }: HttpServices): Promise<void> {
  const document = withEtag(metadata)
  app.get('/.well-known/jwks.json', (request, reply) =>
    sendCached({ request, reply, document: ring.jwks(), type: 'application/jwk-set+json' }))
  app.get('/.well-known/openid-configuration', (request, reply) =>
    sendCached({ request, reply, document, type: 'application/json' }))
}

/** RFC 8414 §3.1 inserts the well-known part before the issuer's path; OpenID Connect appends it. */
export function metadataRoute(app: FastifyInstance, { metadata, settings }: HttpServices): void {
  const document = withEtag(metadata)
  app.get(`/.well-known/oauth-authorization-server${issuerPath(settings.issuer)}`, (request, reply) =>
    sendCached({ request, reply, document, type: 'application/json' }))
}

export function issuerPath(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '')
}

function withEtag(body: string): { body: string; etag: string } {
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
}

interface CachedAnswer {
  request: FastifyRequest
  reply: FastifyReply
  document: { body: string; etag: string }
  type: string
}

function sendCached({ request, reply, document, type }: CachedAnswer): FastifyReply {
  reply.headers({
    etag: document.etag,
    'cache-control': `public, max-age=${jwksCacheLifetime}`,
    'access-control-allow-origin': '*'
  })
  if (request.headers['if-none-match'] === document.etag) return reply.code(304).send()
  return reply.type(type).send(document.body)
}
