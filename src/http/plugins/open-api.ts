import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { OpenApiDocument } from '../../web/open-api-document.ts'

/** What a document says beside the routes of its listener. */
export interface ApiDescription {
  title: string
  description: string
  /** Where the paths begin: a URL, or `/` for wherever the document came from. */
  server: string
  tags: Array<{ name: string; description: string }>
  securitySchemes: Record<string, Scheme>
  /** Each with an `$id`, by which schemas refer to it. */
  schemas: readonly object[]
}

type Components = NonNullable<NonNullable<FastifyDynamicSwaggerOptions['openapi']>['components']>
type Scheme = NonNullable<Components['securitySchemes']>[string]

/** Collects the schemas of all routes that are registered after it into one OpenAPI document. */
export async function collectOpenApi(app: FastifyInstance, api: ApiDescription): Promise<void> {
  // A described answer goes out as it is, byte for byte: a serialiser made of its schema would drop what it does not name.
  app.setSerializerCompiler(() => JSON.stringify)
  for (const schema of api.schemas) app.addSchema(schema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: api.title,
        // Of the API: it changes when something that worked works no longer.
        version: '1',
        description: api.description
      },
      servers: [{ url: api.server }],
      tags: api.tags,
      components: { securitySchemes: api.securitySchemes }
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: ({ $id }) => $id as string }
  })
}

/** The document, once the app is ready. */
export function readOpenApi(app: FastifyInstance): OpenApiDocument {
  const document = app.swagger() as unknown as OpenApiDocument
  // The generator takes every body for required; one that may be null may be left out.
  for (const { requestBody } of Object.values(document.paths ?? {}).flatMap(item => Object.values(item ?? {}))) {
    const schemas = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema)
    if (requestBody !== undefined && schemas.some(schema => schema?.type?.includes('null'))) requestBody.required = false
  }
  return document
}
