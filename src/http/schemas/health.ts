import { json, type RouteSchema } from './answer.ts'
import { tags } from './tags.ts'

const status = (value: string): object => ({ type: 'object', required: ['status'], properties: { status: { const: value } } })

export const healthSchemas = {
  alive: {
    tags: [tags.health.name], summary: 'Whether the process runs.', response: { 200: json('It does.', status('ok')) }
  },
  ready: {
    tags: [tags.health.name], summary: 'Whether it can do its work.',
    response: { 200: json('It can.', status('ready')), 503: json('Not now.', status('not-ready')) }
  }
} satisfies Record<string, RouteSchema>
