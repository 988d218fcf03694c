import { empty, json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const time = { type: 'string', format: 'date-time' }

const described = { tags: [tags.firstParty.name], security: anyOf('userToken') }

/** Of every route that wants a signed-in user. */
export const userRefusals = ['token_missing', 'invalid_token', 'token_expired', 'token_revoked', 'cross_site_request',
  'temporarily_unavailable'] as const

const user = {
  type: 'object',
  required: ['id', 'email', 'email_verified', 'name', 'role', 'createdAt'],
  properties: { id: text, email: text, email_verified: { type: 'boolean' }, name: textOrNull, role: text, createdAt: time }
}

const session = {
  type: 'object',
  required: ['id', 'current', 'userAgent', 'createdAt', 'lastUsedAt', 'expiresAt'],
  properties: {
    id: text, current: { type: 'boolean', description: 'The one that asks.' }, userAgent: textOrNull, createdAt: time, lastUsedAt: time,
    expiresAt: time
  }
}

const password = { type: 'string', maxLength: 4096 }

export const accountSchemas = {
  me: {
    ...described, summary: 'The signed-in user.',
    response: { 200: json('The user.', user), ...refusals('api', ...userRefusals) }
  },
  sessions: {
    ...described, summary: 'Where the user is signed in.',
    response: {
      200: json('The live sessions.', {
        type: 'object', required: ['sessions'], properties: { sessions: { type: 'array', items: session } }
      }),
      ...refusals('api', ...userRefusals)
    }
  },
  endSession: {
    ...described, summary: 'Ends one session.',
    params: { type: 'object', properties: { id: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' } } },
    response: { 204: empty('It has ended.'), ...refusals('api', 'invalid_request', 'not_found', ...userRefusals) }
  },
  password: {
    ...described, summary: 'Changes the password, and ends every other session.',
    body: {
      type: 'object', required: ['oldPassword', 'newPassword'], properties: { oldPassword: password, newPassword: password }
    },
    response: {
      200: json('Changed.', { type: 'object', required: ['status'], properties: { status: { const: 'password-changed' } } }),
      ...refusals('api', 'invalid_request', 'invalid_credentials', 'rate_limited', ...userRefusals)
    }
  }
} satisfies Record<string, RouteSchema>
