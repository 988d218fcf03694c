import { userRefusals } from './account.ts'
import { empty, json, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { anyOf } from './security.ts'
import { tags } from './tags.ts'

const time = { type: 'string', format: 'date-time' }

const consent = {
  type: 'object',
  required: ['clientId', 'clientName', 'scopes', 'sentTo', 'createdAt', 'updatedAt'],
  properties: {
    clientId: { type: 'string' }, clientName: { type: 'string' }, scopes: { type: 'array', items: { type: 'string' } },
    sentTo: {
      type: 'array', items: { type: 'string' }, description: 'Where an application that registered itself may be sent it: scheme and host.'
    },
    createdAt: time, updatedAt: time
  }
}

const described = { tags: [tags.firstParty.name], security: anyOf('userToken') }

export const consentSchemas = {
  list: {
    ...described, summary: 'What the user has allowed to which application.',
    response: {
      200: json('The consents.', {
        type: 'object', required: ['consents'], properties: { consents: { type: 'array', items: consent } }
      }),
      ...refusals('api', ...userRefusals)
    }
  },
  withdraw: {
    ...described, summary: 'Takes a consent back, and ends what was granted by it.',
    response: { 204: empty('It is withdrawn.'), ...refusals('api', 'not_found', ...userRefusals) }
  }
} satisfies Record<string, RouteSchema>
