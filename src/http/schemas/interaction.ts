import { form, page, text, wayOn, type RouteSchema } from './answer.ts'
import { pageRefusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const described = {
  tags: [tags.pages.name],
  security: anyOf('browserCookie'),
  params: { type: 'object', properties: { id: { type: 'string', description: 'The interaction; for this browser alone.' } } },
  response: {
    200: page('What the person is asked, or a page that posts the answer to the application.'),
    303: wayOn('To the next question, or to the application.'),
    403: page('The form is not this browser\'s, or it has expired.'),
    410: page('It is over.'),
    ...pageRefusals()
  }
}

function act(summary: string, members: Record<string, object> = {}): RouteSchema {
  return {
    ...described, summary,
    body: form({
      type: 'object', required: ['csrf', ...Object.keys(members)], properties: { csrf: text('From the page.'), ...members }
    })
  }
}

/** The forms of our own pages. */
export const interactionSchemas = {
  show: { ...described, summary: 'What a person is asked between an authorization request and its answer.' },
  again: {
    tags: [tags.pages.name], summary: 'To the question of the interaction, where the address of a form is opened.',
    security: anyOf('browserCookie'),
    params: { type: 'object', properties: { id: { type: 'string' }, form: { type: 'string' } } },
    response: { 303: wayOn('To the question.'), 410: page('It is over.'), ...pageRefusals() }
  },
  signIn: act('The person signs in.', { email: text('As it was registered.'), password: text('Nothing keeps it.') }),
  selectAccount: act('The person goes on as who they are, or as another.', { account: { enum: ['current', 'other'] } }),
  switchAccount: act('The person wants to decide as another.'),
  consent: act('The person decides what the application may.', { decision: { enum: ['allow', 'deny'] } }),
  cancel: act('The person goes back to the application.')
} satisfies Record<string, RouteSchema>
