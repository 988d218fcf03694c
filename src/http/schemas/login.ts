import { json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { accessTokenMembers } from './refresh.ts'
import { tags } from './tags.ts'

const signedIn = {
  type: 'object',
  required: ['accessToken', 'tokenType', 'expiresIn', 'user'],
  properties: {
    ...accessTokenMembers,
    user: {
      type: 'object', required: ['id', 'email', 'role'],
      properties: { id: { type: 'string' }, email: { type: 'string' }, role: { type: 'string' } }
    },
    refreshToken: { type: 'string', description: 'With refreshTokenIn body; otherwise a cookie.' },
    deviceSecret: { type: 'string', description: 'With refreshTokenIn body; otherwise a cookie.' }
  }
}

export const loginSchema = {
  tags: [tags.firstParty.name], summary: 'Signs in.',
  body: {
    type: 'object',
    required: ['email', 'password'],
    properties: {
      email: { type: 'string', maxLength: 1024 },
      password: { type: 'string', maxLength: 4096 },
      refreshTokenIn: { enum: ['cookie', 'body'], description: 'cookie unless told.' },
      deviceSecret: { type: 'string', maxLength: 64, description: 'Of an earlier sign-in; or the cookie.' }
    }
  },
  response: {
    200: json('Signed in.', signedIn),
    ...refusals('api', 'invalid_request', 'invalid_credentials', 'cross_site_request', 'rate_limited', 'temporarily_unavailable')
  }
} satisfies RouteSchema
