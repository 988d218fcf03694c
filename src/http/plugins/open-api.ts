import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { OpenApiDocument } from '../../web/open-api-document.ts'
import type { HttpRooms } from '../rooms.ts'
import { clientSchemas } from '../schemas/client-registration.ts'
import { errorSchemas } from '../schemas/refusals.ts'
import { securitySchemes } from '../schemas/security.ts'
import { tags } from '../schemas/tags.ts'

/** Collects the schemas of all routes that are registered after it into one OpenAPI document. */
export async function collectOpenApi(app: FastifyInstance, { settings: { issuer } }: HttpRooms): Promise<void> {
  // A described answer goes out as it is, byte for byte: a serialiser made of its schema would drop what it does not name.
  app.setSerializerCompiler(() => JSON.stringify)
  for (const schema of [errorSchemas.oauth, errorSchemas.api, ...clientSchemas]) app.addSchema(schema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign',
        // Of the API: it changes when something that worked works no longer.
        version: '1',
        description: 'An OAuth 2.1 and OpenID Connect token service. Every GET is answered to HEAD as well.'
      },
      servers: [{ url: new URL(issuer).origin }],
      tags: Object.values(tags),
      components: { securitySchemes: securitySchemes(issuer) }
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
