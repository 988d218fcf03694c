import type { FastifyInstance } from 'fastify'
import { isHeldAlready } from '../../protocol/if-none-match.ts'
import type { PageFile } from '../pages.ts'
import type { HttpRooms } from '../rooms.ts'
import { assetSchema } from '../schemas/asset.ts'

/** The files that pages load: stylesheet, script, icon, logo. */
export async function assetRoutes(app: FastifyInstance, { pages }: HttpRooms): Promise<void> {
  for (const file of pages.files) serveFile(app, file)
}

const headers = {
  // A logo may be an SVG that holds scripts: opened by itself it runs none and loads nothing.
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin'
}

function serveFile(app: FastifyInstance, { path, type, body, version }: PageFile): void {
  const etag = `"${version}"`
  app.get<{ Querystring: { v?: string } }>(path, { schema: assetSchema(type) }, (request, reply) => {
    // While a new version is rolled out, an instance may be asked for content that only the other has: what is not what
    // the address says must not be kept.
    const isAsked = request.query.v === version
    reply.headers({ ...headers, etag, 'cache-control': isAsked ? 'public, max-age=31536000, immutable' : 'no-cache' })
    if (isHeldAlready(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type(type).send(body)
  })
}
