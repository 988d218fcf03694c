import type { FastifyInstance } from 'fastify'
import type { AdminInstance } from '../instance.ts'
import { insightSchemas } from '../schemas/insight.ts'

interface AuditQuery {
  limit?: string
  subject?: string
}

/** Security events, newest first. */
export function auditRoutes(app: FastifyInstance, { stores }: AdminInstance): void {
  app.get<{ Querystring: AuditQuery }>('/audit', { schema: insightSchemas.audit }, async ({ query }) => ({
    events: await stores.audit.list({ limit: Number(query.limit ?? 50), subject: query.subject })
  }))
}
