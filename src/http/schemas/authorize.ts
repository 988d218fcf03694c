import { prompts, responseModes } from '../../protocol/authorization-request.ts'
import { form, page, text, wayOn, type RouteSchema } from './answer.ts'
import { pageRefusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const request = {
  type: 'object',
  required: ['client_id', 'response_type'],
  properties: {
    client_id: text('The application.'),
    response_type: { const: 'code' },
    redirect_uri: text('One that is registered, character by character. May be left out without openid, where there is one.', { format: 'uri' }),
    response_mode: { enum: [...responseModes], description: 'How the answer travels; query unless told.' },
    scope: text('Separated by spaces.'),
    state: text('Comes back as it is.'),
    nonce: text('Comes back in the ID token.'),
    code_challenge: text('PKCE (RFC 7636).'),
    code_challenge_method: { const: 'S256' },
    resource: { type: 'array', items: { type: 'string', format: 'uri' }, description: 'APIs that the token is for (RFC 8707); may repeat.' },
    prompt: text(`Some of: ${prompts.join(', ')}.`),
    max_age: text('Seconds since the person proved who they are.', { pattern: '^[0-9]{1,10}$' }),
    acr_values: text('Ways of authentication, in order of preference.'),
    claims: text('A claims request (OpenID Connect Core §5.5), as JSON.'),
    id_token_hint: text('An ID token: whose session it must be.'),
    login_hint: text('An email address to begin with.'),
    ui_locales: text('Languages, in order of preference.')
  }
}

const described = {
  tags: [tags.oauth.name],
  security: [...anyOf('sessionCookie'), {}],
  response: {
    200: page('A page that posts the answer to the application (form_post).'),
    303: wayOn('To the application, with a code or an error and iss; or to a page where the person signs in or decides.'),
    400: page('The application or its redirect URI is unknown, or nobody vouches for it.'),
    ...pageRefusals()
  }
}

/** The authorization endpoint. The parameters are read one by one by our own rules: this validates nothing. */
export const authorizeSchemas = {
  get: { ...described, summary: 'Asks for an authorization code (RFC 6749 §4.1, OpenID Connect Core §3.1).', querystring: request },
  post: {
    ...described, summary: 'The same, with the parameters in the body, in the URL or in both.',
    body: form({ ...request, type: ['object', 'null'] })
  }
} satisfies Record<string, RouteSchema>
