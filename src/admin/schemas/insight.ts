import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { openApiSchema } from '../../http/schemas/discovery.ts'
import { adminSchema } from './admin-schema.ts'
import { anything, integer, limit, list, shape, text, time } from './shapes.ts'

const auditQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit,
    subject: { type: 'string', minLength: 1, maxLength: 200 }
  }
}

const event = shape({ id: integer, at: time, kind: text, actor: text, subject: text, details: anything })
const finding = shape({ check: text, level: { enum: ['ok', 'warn', 'fail'] }, message: text }, { remedy: text })

export const insightSchemas = {
  audit: adminSchema({
    tag: 'insight', summary: 'Security events, newest first.', querystring: auditQuery,
    answers: { 200: json('So many as were asked for.', shape({ events: list(event) })) }, refuses: ['invalid_request']
  }),
  doctor: adminSchema({
    tag: 'insight', summary: 'What does the running instance know of itself?', answers: { 200: json('Its findings.', shape({ findings: list(finding) })) }
  }),
  openApi: adminSchema({ tag: 'insight', summary: 'This document (OpenAPI 3.1).', answers: { 200: json('The document.', openApiSchema) } })
} satisfies Record<string, RouteSchema>
