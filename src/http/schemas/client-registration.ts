import type { SwaggerTransform } from '@fastify/swagger'
import { empty, json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const uri = { type: 'string', format: 'uri' }
const uris = { type: 'array', items: uri }
const texts = { type: 'array', items: { type: 'string' } }
const text = { type: 'string' }

const members = {
  redirect_uris: uris, post_logout_redirect_uris: uris, backchannel_logout_uri: uri,
  backchannel_logout_session_required: { type: 'boolean' }, token_endpoint_auth_method: text, grant_types: texts,
  response_types: texts, application_type: { enum: ['web', 'native'] }, client_name: text, scope: text,
  default_max_age: { type: 'integer', minimum: 0 },
  subject_type: { enum: ['public', 'pairwise'] }, userinfo_signed_response_alg: text, id_token_signed_response_alg: text,
  jwks: { type: 'object', additionalProperties: true }, jwks_uri: uri,
  client_uri: uri, logo_uri: uri, policy_uri: uri, tos_uri: uri, contacts: texts
}

/** Shared schemas of the document; see clients/dynamic-registration.ts for what becomes of what is asked for. */
export const clientSchemas = [
  {
    $id: 'ClientMetadata', type: 'object', description: 'RFC 7591 §2. What is not known is ignored.',
    properties: members, additionalProperties: true
  },
  {
    $id: 'ClientInformation', type: 'object', description: 'RFC 7591 §3.2.1: what was registered.',
    required: ['client_id', 'client_id_issued_at', 'registration_access_token', 'registration_client_uri'],
    properties: {
      ...members,
      client_id: text, client_id_issued_at: { type: 'integer' },
      client_secret: { type: 'string', description: 'Told once.' }, client_secret_expires_at: { const: 0 },
      registration_access_token: { type: 'string', description: 'Opens the three routes below.' }, registration_client_uri: uri
    }
  }
] as const

/** Checked member by member elsewhere, so that a refusal names its rule. */
const body = { type: 'object' }

const owned = {
  tags: [tags.registration.name],
  security: anyOf('registrationToken'),
  params: { type: 'object', properties: { client_id: text } }
}

const information = (description: string) => json(description, { $ref: 'ClientInformation#' })
const notOwner = ['token_missing', 'invalid_token'] as const
const unfit = ['invalid_request', 'invalid_redirect_uri', 'invalid_client_metadata', 'invalid_software_statement'] as const

export const clientRegistrationSchemas = {
  register: {
    tags: [tags.registration.name], summary: 'An application registers itself (RFC 7591).', body,
    security: [...anyOf('initialAccessToken'), {}],
    response: { 201: information('It is registered.'), ...refusals('oauth', ...unfit, ...notOwner, 'rate_limited') }
  },
  read: {
    ...owned, summary: 'What is registered (RFC 7592).',
    response: { 200: information('The registration.'), ...refusals('oauth', ...notOwner) }
  },
  replace: {
    ...owned, summary: 'Registers anew; what is not said is gone.', body,
    response: { 200: information('The registration, as it is now.'), ...refusals('oauth', ...unfit, ...notOwner) }
  },
  remove: {
    ...owned, summary: 'Ends the registration and its tokens.',
    response: { 204: empty('It is gone.'), ...refusals('oauth', ...notOwner) }
  }
} satisfies Record<string, RouteSchema>

/** For the document: what a body may hold that is checked elsewhere. */
export const describeMetadata: SwaggerTransform = ({ schema, url }) =>
  ({ schema: { ...schema, body: { $ref: 'ClientMetadata#' } }, url })
