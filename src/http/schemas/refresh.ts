import { json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

export const accessTokenMembers = {
  accessToken: { type: 'string' }, tokenType: { const: 'Bearer' }, expiresIn: { type: 'integer', description: 'Seconds.' }
}

export const refreshSchema = {
  tags: [tags.firstParty.name], summary: 'Trades a refresh token for the next one and an access token.',
  security: [...anyOf('refreshCookie'), {}],
  body: {
    type: ['object', 'null'],
    properties: { refreshToken: { type: 'string', maxLength: 512, description: 'Instead of the cookie.' } }
  },
  response: {
    200: json('The tokens.', {
      type: 'object', required: ['accessToken', 'tokenType', 'expiresIn'],
      properties: { ...accessTokenMembers, refreshToken: { type: 'string', description: 'If it came in the body.' } }
    }),
    ...refusals('api', 'invalid_request', 'invalid_grant', 'refresh_token_missing', 'cross_site_request', 'rate_limited',
      'temporarily_unavailable')
  }
} satisfies RouteSchema
