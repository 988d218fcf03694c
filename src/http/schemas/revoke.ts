import { empty, form, text, type RouteSchema } from './answer.ts'
import { clientProof } from './client-proof.ts'
import { refusals } from './refusals.ts'
import { byClient } from './security.ts'
import { tags } from './tags.ts'

export const revokeSchema = {
  tags: [tags.oauth.name], summary: 'Revokes a token of the client (RFC 7009).', security: byClient,
  body: form({
    type: 'object', required: ['token'],
    properties: { token: text('A refresh token ends its grant.'), token_type_hint: text('Not needed.'), ...clientProof }
  }),
  response: {
    200: empty('It is dead, or it was never a token.'),
    ...refusals('oauth', 'invalid_request', 'invalid_client', 'unauthorized_client', 'rate_limited', 'temporarily_unavailable')
  }
} satisfies RouteSchema
