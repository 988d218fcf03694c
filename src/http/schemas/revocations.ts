import { targets } from '../../revocation/targets/index.ts'
import { json, type RouteSchema } from './answer.ts'
import { lookupBody } from './lookup.ts'
import { refusals } from './refusals.ts'
import { byService } from './security.ts'
import { tags } from './tags.ts'

const seq = { type: 'integer', description: 'The sequence of the journal that the answer stands for.' }

const answerMembers = {
  revoked: { type: 'boolean' },
  target: { type: 'string', description: 'What kind of target covers the token; invalid where it is none of ours.' },
  since: { type: 'integer', description: 'Seconds since 1970.' }
}

export const serviceRefusals = ['invalid_request', 'token_missing', 'invalid_token', 'token_expired', 'token_revoked', 'insufficient_scope',
  'temporarily_unavailable'] as const

export const revocationSchemas = {
  lookup: {
    tags: [tags.revocations.name], summary: 'Which of these are revoked? Up to 1,000 tokens, or the claims of as many.',
    security: byService('revocations:read'), body: lookupBody,
    response: {
      200: json('In the order of the question.', {
        type: 'object', required: ['seq', 'results'],
        properties: { seq, results: { type: 'array', items: { type: 'object', required: ['revoked'], properties: answerMembers } } }
      }),
      ...refusals('oauth', ...serviceRefusals)
    }
  },
  check: {
    tags: [tags.revocations.name], summary: 'Is this token revoked?', security: byService('revocations:read'),
    querystring: {
      type: 'object', properties: { kid: { type: 'string', maxLength: 255, description: 'Its key; otherwise that is not looked at.' } }
    },
    response: {
      200: json('The answer.', { type: 'object', required: ['seq', 'revoked'], properties: { seq, ...answerMembers } }),
      ...refusals('oauth', ...serviceRefusals)
    }
  },
  revoke: {
    tags: [tags.revocations.name], summary: 'Revokes. Repeating is harmless.', security: byService('revocations:write'),
    body: {
      type: 'object',
      required: ['target', 'value', 'reason'],
      properties: {
        target: { enum: targets.filter(target => !target.adminOnly).map(target => target.kind) },
        value: { type: 'string', minLength: 1, maxLength: 200, description: 'Its jti, grant_id, sid, sub or client_id.' },
        reason: { type: 'string', minLength: 1, maxLength: 200, description: 'For the record.' }
      }
    },
    response: {
      201: json('Revoked, for good.', { type: 'object', required: ['seq'], properties: { seq } }),
      ...refusals('oauth', ...serviceRefusals, 'forbidden', 'not_found')
    }
  }
} satisfies Record<string, RouteSchema>
