import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { adminSchema } from './admin-schema.ts'
import { flag, integer, list, orNull, shape, text, texts, time } from './shapes.ts'

const listOfTexts = { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 200 } }
const common = { name: { type: 'string', minLength: 1, maxLength: 200 }, scopes: listOfTexts, clients: listOfTexts, statusList: { type: 'boolean' } }

const createBody = {
  type: 'object',
  required: ['identifier'],
  additionalProperties: false,
  properties: { ...common, identifier: { type: 'string', maxLength: 2000 }, tokenLifetime: { type: 'integer' } }
}

const changeBody = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: { ...common, tokenLifetime: { type: ['integer', 'null'] } }
}

const api = shape({
  identifier: text, name: text, scope: text, token_lifetime: orNull(integer), clients: texts, status_list: flag, created_at: time
})

const named = (description: string) => json(description, shape({ identifier: text }))

export const apiSchemas = {
  create: adminSchema({
    tag: 'apis', summary: 'Registers an API.', body: createBody, answers: { 201: named('It is registered.') }, refuses: ['invalid_request', 'conflict']
  }),
  list: adminSchema({ tag: 'apis', summary: 'Lists APIs.', answers: { 200: json('All of them.', shape({ apis: list(api) })) } }),
  change: adminSchema({
    tag: 'apis', summary: 'Changes an API; what is not said stays.', body: changeBody, answers: { 200: named('It is changed.') },
    refuses: ['invalid_request', 'not_found']
  }),
  remove: adminSchema({
    tag: 'apis', summary: 'Deletes an API: no further token is for it.', answers: { 200: named('It is gone.') }, refuses: ['not_found']
  })
} satisfies Record<string, RouteSchema>
