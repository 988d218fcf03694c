import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { healthSchemas } from '../../http/schemas/health.ts'
import { refusals } from '../../http/schemas/refusals.ts'
import { adminTags } from './admin-tags.ts'
import { integer, orNull, shape, text } from './shapes.ts'

const parts = shape({
  database: shape({ status: { enum: ['ok', 'away'] }, lastReadSecondsAgo: { type: ['number', 'null'] } }),
  redis: shape({ status: { enum: ['ok', 'away', 'not-used'] } }),
  keys: shape({ status: { enum: ['ok', 'not-signing'] } }),
  revocations: shape({ entries: integer, head: orNull(integer) })
})

const ready = (status: string): object => shape({ status: { const: status }, parts })
const common = { tags: [adminTags.health.name] }
const refused = refusals('api', 'cross_site_request')

export const adminHealthSchemas = {
  alive: { ...healthSchemas.alive, response: { ...healthSchemas.alive.response, ...refused } },
  ready: {
    ...common, summary: 'Whether it can do its work, with the state of each part.',
    response: { 200: json('It can.', ready('ready')), 503: json('Not now.', ready('not-ready')), ...refused }
  },
  metrics: {
    ...common, summary: 'Metrics, for Prometheus.',
    response: { 200: { description: 'In its text format.', content: { 'text/plain': { schema: text } } }, ...refused }
  }
} satisfies Record<string, RouteSchema>
