import { stalenessPolicies } from '../../protocol/verifier-rule.ts'
import { empty, json, text, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { serviceRefusals } from './revocations.ts'
import { byService } from './security.ts'
import { tags } from './tags.ts'

const time = { type: 'string', format: 'date-time' }
const count = { type: 'integer' }
const milliseconds = { type: 'integer', description: 'Milliseconds.' }
const instance = text('The name that the process gives itself: 1 to 100 characters of A-Z a-z 0-9 . _ : -')

const laggard = {
  type: 'object',
  required: ['client_id', 'instance'],
  properties: {
    client_id: { type: 'string' }, instance: { type: 'string' },
    seq: { type: 'integer', description: 'Where it stands. It and the next two are absent until it has acknowledged anything.' },
    behind: { type: 'integer', description: 'How many revocations it lacks.' },
    acknowledged_at: time,
    effective_at: { ...time, description: 'When its own rule makes the revocation effective without a word; absent under accept.' }
  }
}

export const reachSchema = {
  type: 'object',
  required: ['seq', 'revoked_at', 'verifiers', 'effective', 'lagging'],
  properties: {
    seq: count, revoked_at: time, verifiers: count, effective: count,
    since: { ...time, description: 'There once it is effective at all of them.' },
    latency: {
      type: 'object', required: ['p50', 'p99', 'max'], properties: { p50: milliseconds, p99: milliseconds, max: milliseconds },
      description: 'From the revocation to the acknowledgement, over those that acknowledged.'
    },
    lagging: { type: 'array', items: laggard }
  }
}

const described = { tags: [tags.revocations.name], security: byService('revocations:read') }

export const acknowledgementSchemas = {
  acknowledge: {
    ...described, summary: 'A verifier tells how far it has come, and which keys it holds.',
    body: {
      type: 'object',
      required: ['instance', 'point'],
      properties: {
        instance,
        point: text('The point that it has applied, as the feed says it.'),
        kids: { type: 'array', items: { type: 'string' }, description: 'The keys it holds; left out, nothing changes. So with the next two.' },
        max_staleness: { type: 'number', description: 'Seconds: how old its view may be.' },
        when_stale: { enum: stalenessPolicies, description: 'What it does when its view is older.' }
      }
    },
    response: { 204: empty('It is kept.'), ...refusals('oauth', ...serviceRefusals, 'snapshot_required') }
  },
  leave: {
    ...described, summary: 'A verifier says goodbye: nobody waits for it any more.',
    querystring: { type: 'object', required: ['instance'], properties: { instance } },
    response: { 204: empty('It is forgotten.'), ...refusals('oauth', ...serviceRefusals) }
  },
  reach: {
    ...described, summary: 'Where is this revocation effective?',
    params: { type: 'object', required: ['seq'], properties: { seq: text('The sequence that revoking answered.') } },
    response: { 200: json('Where, since when, and who lags.', reachSchema), ...refusals('oauth', ...serviceRefusals, 'not_found') }
  }
} satisfies Record<string, RouteSchema>
