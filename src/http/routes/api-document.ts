import type { FastifyInstance } from 'fastify'
import { renderApiDocPage } from '../../web/api-doc-page.tsx'
import { pageContextOf } from '../locale.ts'
import { readOpenApi } from '../plugins/open-api.ts'
import { publishDocument, withEtag } from '../publish-document.ts'
import type { HttpRooms } from '../rooms.ts'
import { discoverySchemas } from '../schemas/discovery.ts'
import { sendPage } from '../send-page.ts'

/** The OpenAPI document of this listener, and a page to read it on. It is whole once every route is registered. */
export async function apiDocumentRoutes(app: FastifyInstance, { pages }: HttpRooms): Promise<void> {
  const readText = once(() => withEtag(JSON.stringify(readOpenApi(app))))
  publishDocument(app, '/openapi.json', { read: readText, type: 'application/json', schema: discoverySchemas.openApi })

  const rendered = new Map<string, string>()
  app.get('/docs/api', { schema: discoverySchemas.page }, (request, reply) => {
    const context = pageContextOf(request, pages)
    const html = rendered.get(context.locale) ?? renderApiDocPage(readOpenApi(app), context)
    rendered.set(context.locale, html)
    return sendPage(reply, html)
  })
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
