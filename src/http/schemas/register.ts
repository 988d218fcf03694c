import { json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { tags } from './tags.ts'

export const registerSchema = {
  tags: [tags.firstParty.name], summary: 'Makes an account. The answer is the same whether the address was new or taken.',
  body: {
    type: 'object',
    required: ['email', 'password'],
    properties: {
      email: { type: 'string', maxLength: 254 },
      password: { type: 'string', maxLength: 1024, description: '8 to 256 characters.' },
      name: { type: 'string', maxLength: 200 }
    }
  },
  response: {
    201: json('Registered.', { type: 'object', required: ['status'], properties: { status: { const: 'registered' } } }),
    ...refusals('api', 'invalid_request', 'cross_site_request', 'registration_closed', 'rate_limited', 'temporarily_unavailable')
  }
} satisfies RouteSchema
