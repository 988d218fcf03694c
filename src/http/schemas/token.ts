import type { Grant } from '../../grants/grant.ts'
import { form, json, text, type RouteSchema } from './answer.ts'
import { clientProof } from './client-proof.ts'
import { refusals } from './refusals.ts'
import { byClient } from './security.ts'
import { tags } from './tags.ts'

/** What a grant's parameters mean. */
const parameters: Record<string, object> = {
  code: text('The authorization code.'),
  redirect_uri: text('As in the authorization request, if it was there.', { format: 'uri' }),
  code_verifier: text('PKCE (RFC 7636).'),
  refresh_token: text('The refresh token.'),
  scope: text('Separated by spaces; with a refresh token, what is wanted of what was granted.'),
  resource: { type: 'array', items: { type: 'string', format: 'uri' }, description: 'APIs that the token is for (RFC 8707); may repeat.' }
}

/** The token endpoint, for the grant types that there are. */
export function tokenSchema(grants: ReadonlyArray<Pick<Grant, 'type' | 'parameters'>>): RouteSchema {
  const names = new Set(grants.flatMap(grant => grant.parameters))
  return {
    tags: [tags.oauth.name], summary: 'Exchanges a grant for tokens (RFC 6749 §3.2).', security: byClient,
    description: grants.map(({ type, parameters }) => `${type} takes ${parameters.join(', ')}.`).join(' '),
    body: form({
      type: 'object', required: ['grant_type'],
      properties: {
        grant_type: { enum: grants.map(grant => grant.type) },
        ...Object.fromEntries([...names].map(name => [name, parameters[name] ?? { type: 'string' }])),
        ...clientProof
      }
    }),
    response: {
      200: json('The tokens.', tokens),
      ...refusals('oauth', 'invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type',
        'invalid_scope', 'invalid_target', 'rate_limited', 'temporarily_unavailable')
    }
  }
}

const tokens = {
  type: 'object',
  required: ['access_token', 'token_type', 'expires_in'],
  properties: {
    access_token: { type: 'string' },
    token_type: { const: 'Bearer' },
    expires_in: { type: 'integer', description: 'Seconds.' },
    scope: { type: 'string', description: 'Of the access token; empty where none is left of those asked for, absent where none was.' },
    refresh_token: { type: 'string', description: 'For the next time.' },
    id_token: { type: 'string', description: 'Where openid was granted.' }
  }
}
