import { snapshotType } from '../../protocol/revocation-snapshot.ts'
import { stalenessPolicies } from '../../protocol/verifier-rule.ts'
import { empty, json, text, type RouteSchema } from './answer.ts'
import { refusals } from './refusals.ts'
import { byService } from './security.ts'
import { tags } from './tags.ts'

const common = { tags: [tags.revocations.name], security: byService('revocations:read') }

const callerRefusals = ['token_missing', 'invalid_token', 'token_expired', 'token_revoked', 'insufficient_scope',
  'temporarily_unavailable'] as const

/** Read by read-subscriber.ts, which says better what is wrong. */
const describeQuery = (properties: Record<string, object>) => ({
  type: 'object',
  properties: {
    after: { description: 'The point of the last thing that was applied.' },
    ...properties,
    instance: { description: 'The name of this process among those of the client.' },
    max_staleness: { description: 'Seconds: its own rule for a view that is older.' },
    when_stale: { description: `What it does then: ${stalenessPolicies.join(', ')}.` }
  }
})

const integer = (description: string): object => ({ type: 'integer', description })

const pollAnswer = {
  type: 'object',
  required: ['after', 'seq', 'point', 'head', 'entries', 'confirmed', 'jwks'],
  properties: {
    after: integer('Where you stood.'), seq: integer('Where you stand with these entries.'), point: text('What to ask with next.'),
    head: integer('The newest revocation; where it is above seq, ask again at once.'),
    entries: text('Entries of 23 bytes, one behind the other, in base64url.'),
    confirmed: integer('When the head was confirmed, in milliseconds since this request arrived.'),
    jwks: {
      type: 'object', required: ['keys', 'removed'],
      properties: {
        keys: { type: 'array', items: { type: 'object', additionalProperties: true } },
        removed: { type: 'array', items: { type: 'string' } }
      }
    }
  }
}

export const revocationFeedSchemas = {
  snapshot: {
    ...common, summary: 'Every live revocation, and the point it stands for.',
    response: {
      200: { description: 'The snapshot.', content: { [snapshotType]: { schema: { type: 'string', format: 'binary' } } } },
      304: empty('The one that If-None-Match names is still good.'), ...refusals('oauth', ...callerRefusals)
    }
  },
  feed: {
    ...common, summary: 'Every later revocation, as server-sent events.', querystring: describeQuery({}),
    response: {
      200: { description: 'The stream.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      ...refusals('oauth', 'invalid_request', 'snapshot_required', ...callerRefusals)
    }
  },
  poll: {
    ...common, summary: 'Every later revocation, by long polling.',
    querystring: describeQuery({ wait: { description: 'Seconds to wait for something new: 0 to 30, 30 by default.' } }),
    response: { 200: json('What is new.', pollAnswer), ...refusals('oauth', 'invalid_request', 'snapshot_required', ...callerRefusals) }
  }
} satisfies Record<string, RouteSchema>
