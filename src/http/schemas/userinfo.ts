import { form, text, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const named = (names: string[], type: object): Record<string, object> => Object.fromEntries(names.map(name => [name, type]))

const address = {
  type: 'object',
  properties: named(['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country'], { type: 'string' })
}

const claims = {
  type: 'object',
  required: ['sub'],
  properties: {
    ...named([
      'sub', 'name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website',
      'gender', 'birthdate', 'zoneinfo', 'locale', 'email', 'phone_number'
    ], { type: 'string' }),
    ...named(['email_verified', 'phone_number_verified'], { type: 'boolean' }),
    updated_at: { type: 'integer', description: 'Seconds since 1970.' },
    address
  }
}

const described = {
  tags: [tags.oauth.name],
  response: {
    200: {
      description: 'The claims of the scopes that were granted, and those that were asked for one by one.',
      content: {
        'application/json': { schema: claims },
        'application/jwt': { schema: { type: 'string', description: 'Signed, for a client that registered for it.' } }
      }
    },
    ...refusals('oauth', 'invalid_request', 'invalid_token', 'insufficient_scope', 'temporarily_unavailable')
  }
}

export const userinfoSchemas = {
  get: { ...described, summary: 'Who the user is (OpenID Connect Core §5.3).', security: anyOf('accessToken') },
  post: {
    ...described, summary: 'The same; the token may be in the form.', security: [...anyOf('accessToken'), {}],
    body: form({ type: ['object', 'null'], properties: { access_token: text('Instead of the header.') } })
  }
} satisfies Record<string, RouteSchema>
