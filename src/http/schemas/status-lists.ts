import { empty, json, text, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { tags } from './tags.ts'

export const statusListSchemas = {
  list: {
    tags: [tags.statusLists.name], summary: 'A Status List Token: which tokens of these grants, signed by this key, are revoked.',
    params: { type: 'object', required: ['list'], properties: { list: text('Its number and the `kid` of the key that signed the token, with a dot between: as in the `uri` of the token.') } },
    querystring: {
      type: 'object', properties: { time: text('The list at another time; not offered.') }
    },
    response: {
      200: {
        description: 'The token, with `sub`, `iat`, `exp`, `ttl` and `status_list`.',
        content: { 'application/statuslist+jwt': { schema: { type: 'string' } } }
      },
      304: empty('The one that If-None-Match names is still good.'),
      ...refusals('oauth', 'not_found', 'not_acceptable', 'not_implemented', 'temporarily_unavailable')
    }
  },
  aggregation: {
    tags: [tags.statusLists.name], summary: 'The lists that tokens may name.',
    response: {
      200: json('Their URIs.', {
        type: 'object', required: ['status_lists'],
        properties: { status_lists: { type: 'array', items: { type: 'string', format: 'uri' } } }
      }),
      ...refusals('oauth', 'temporarily_unavailable')
    }
  }
} satisfies Record<string, RouteSchema>
