import { form, json, text, type RouteSchema } from './answer.ts'
import { clientProof } from './client-proof.ts'
import { refusals } from './refusals.ts'
import { byClient } from './security.ts'
import { tags } from './tags.ts'

const texts = { type: 'array', items: { type: 'string' } }

const introspection = {
  type: 'object',
  required: ['active'],
  properties: {
    active: { type: 'boolean', description: 'Alive, and meant for the caller. Otherwise nothing else is said.' },
    iss: { type: 'string' }, sub: { type: 'string' }, client_id: { type: 'string' }, scope: { type: 'string' },
    aud: { oneOf: [{ type: 'string' }, texts] },
    iat: { type: 'integer' }, nbf: { type: 'integer' }, exp: { type: 'integer' }, auth_time: { type: 'integer' },
    jti: { type: 'string' }, grant_id: { type: 'string' }, sid: { type: 'string' }, roles: texts,
    acr: { type: 'string' }, amr: texts,
    status: { type: 'object', additionalProperties: true, description: 'Where the status of the grant can be read.' },
    token_type: { const: 'Bearer', description: 'Of access tokens.' },
    token_use: { const: 'refresh_token', description: 'Of refresh tokens.' }
  }
}

export const introspectSchema = {
  tags: [tags.oauth.name], summary: 'Whether a token is alive, and what it says (RFC 7662).', security: byClient,
  body: form({
    type: 'object', required: ['token'],
    properties: {
      token: text('An access token for an audience of the caller, or its own refresh token.'),
      token_type_hint: text('Not needed.'), ...clientProof
    }
  }),
  response: {
    200: json('What the caller may know.', introspection),
    ...refusals('oauth', 'invalid_request', 'invalid_client', 'rate_limited', 'temporarily_unavailable')
  }
} satisfies RouteSchema
