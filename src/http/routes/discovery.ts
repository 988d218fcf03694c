import type { FastifyInstance } from 'fastify'
import { allowAnyOrigin } from '../plugins/any-origin.ts'
import { publishDocument, withEtag, type Publication } from '../publish-document.ts'
import type { HttpRooms } from '../rooms.ts'
import { discoverySchemas as schemas } from '../schemas/discovery.ts'

/** What verifiers and clients fetch to know this issuer, in pages of any site, too. Public, cacheable, the same for everyone. */
export async function discoveryRoutes(app: FastifyInstance, { ring, metadata }: HttpRooms): Promise<void> {
  const document = withEtag(metadata)
  publishOpenly(app, '/.well-known/jwks.json', { read: () => ring.jwks(), type: 'application/jwk-set+json', schema: schemas.keys })
  publishOpenly(app, '/.well-known/openid-configuration', { read: () => document, type: 'application/json', schema: schemas.openid })
}

/** RFC 8414 §3.1 inserts the well-known part before the issuer's path; OpenID Connect appends it. */
export function metadataRoute(app: FastifyInstance, { metadata, settings }: HttpRooms): void {
  const document = withEtag(metadata)
  const path = `/.well-known/oauth-authorization-server${issuerPath(settings.issuer)}`
  publishOpenly(app, path, { read: () => document, type: 'application/json', schema: schemas.oauth })
}

function publishOpenly(app: FastifyInstance, path: string, publication: Publication): void {
  allowAnyOrigin(app, path, 'GET, HEAD')
  publishDocument(app, path, publication)
}

export function issuerPath(issuer: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '')
}
