import { form, page, text, wayOn, type RouteSchema } from './answer.ts'
import { pageRefusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const request = {
  type: 'object',
  properties: {
    id_token_hint: text('An ID token of the application: whose session ends, without asking.'),
    client_id: text('The application.'),
    post_logout_redirect_uri: text('One that is registered, character by character.', { format: 'uri' }),
    state: text('Comes back as it is.'),
    ui_locales: text('Languages, in order of preference.')
  }
}

const described = {
  tags: [tags.oauth.name],
  security: [...anyOf('sessionCookie'), {}],
  response: {
    200: page('Asks the person first, or says that they are signed out.'),
    303: wayOn('To the post_logout_redirect_uri, with state.'),
    ...pageRefusals()
  }
}

export const endSessionSchemas = {
  get: { ...described, summary: 'Signs a person out (OpenID Connect RP-Initiated Logout).', querystring: request },
  post: {
    ...described, summary: 'The same, with the parameters in the body.', body: form({ ...request, type: ['object', 'null'] })
  },
  again: {
    tags: [tags.pages.name], summary: 'To the question whether to sign out, where the address of its form is opened.',
    security: [{}],
    params: { type: 'object', properties: { id: { type: 'string' } } },
    response: { 303: wayOn('To /oauth/logout.') }
  },
  confirm: {
    ...described, tags: [tags.pages.name], summary: 'The person agrees to be signed out.',
    security: anyOf('browserCookie'),
    params: { type: 'object', properties: { id: { type: 'string' } } },
    body: form({ type: 'object', required: ['csrf'], properties: { csrf: text('From the page.') } })
  }
} satisfies Record<string, RouteSchema>
