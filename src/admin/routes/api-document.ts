import type { FastifyInstance } from 'fastify'
import { readOpenApi } from '../../http/plugins/open-api.ts'
import { insightSchemas } from '../schemas/insight.ts'

/** The OpenAPI document of this listener. */
export function apiDocumentRoutes(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: insightSchemas.openApi }, async () => readOpenApi(app))
}
