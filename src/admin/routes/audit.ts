import type { FastifyInstance } from 'fastify'
import type { AdminInstance } from '../instance.ts'

interface AuditQuery {
  limit?: string
  subject?: string
}

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'string', pattern: '^[1-9][0-9]{0,3}$' },
    subject: { type: 'string', minLength: 1, maxLength: 200 }
  }
}

/** Security events, newest first. */
export function auditRoutes(app: FastifyInstance, { stores }: AdminInstance): void {
  app.get<{ Querystring: AuditQuery }>('/audit', { schema: { querystring } }, async ({ query }) => ({
    events: await stores.audit.list({ limit: Number(query.limit ?? 50), subject: query.subject })
  }))
}
