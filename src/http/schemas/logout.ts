import { json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

function signsOut(summary: string, status: string): RouteSchema {
  return {
    tags: [tags.firstParty.name], summary, security: [...anyOf('refreshCookie', 'userToken'), {}],
    body: {
      type: ['object', 'null'],
      properties: { refreshToken: { type: 'string', maxLength: 512, description: 'Instead of the cookie or an access token.' } }
    },
    response: {
      200: json('Signed out.', { type: 'object', required: ['status'], properties: { status: { const: status } } }),
      ...refusals('api', 'invalid_request', 'invalid_grant', 'token_missing', 'invalid_token', 'token_expired', 'token_revoked',
        'cross_site_request', 'rate_limited', 'temporarily_unavailable')
    }
  }
}

export const logoutSchemas = {
  here: signsOut('Ends this session, with its grants and tokens.', 'signed-out'),
  everywhere: signsOut('Ends every session of the user.', 'signed-out-everywhere')
}
