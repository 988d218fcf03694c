import { reachSchema } from '../../http/schemas/acknowledgements.ts'
import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { targets } from '../../revocation/targets/index.ts'
import { adminSchema } from './admin-schema.ts'
import { integer, list, orNull, shape, text, time } from './shapes.ts'

const kinds = { enum: targets.map(target => target.kind) }

const revokeBody = {
  type: 'object',
  required: ['target', 'reason'],
  additionalProperties: false,
  properties: {
    target: kinds,
    value: { type: 'string', minLength: 1, maxLength: 8192 },
    reason: { type: 'string', minLength: 1, maxLength: 200 }
  }
}

const verifier = shape({
  client_id: text, instance: text, state: { enum: ['effective', 'lagging', 'silent'] }, seq: orNull(integer),
  kids: { type: ['array', 'null'], items: text }, max_staleness: { type: ['number', 'null'], description: 'Seconds.' },
  when_stale: orNull(text), subscribed_at: time, acknowledged_at: orNull(time)
})

export const adminRevocationSchemas = {
  revoke: adminSchema({
    tag: 'revocations', summary: 'Revokes, the keys and the issuer included.', body: revokeBody,
    answers: { 201: json('Revoked, for good.', shape({ target: kinds, value: text, seq: integer })) }, refuses: ['invalid_request', 'not_found']
  }),
  reach: adminSchema({
    tag: 'revocations', summary: 'Where is this revocation effective?', answers: { 200: json('Where, since when, and who lags.', reachSchema) },
    refuses: ['not_found']
  }),
  verifiers: adminSchema({
    tag: 'revocations', summary: 'Who follows the feed, and how far has each come?',
    answers: { 200: json('All of them; null is what one has not said.', shape({ head: integer, verifiers: list(verifier) })) }
  }),
  removeVerifier: adminSchema({
    tag: 'revocations', summary: 'Takes a verifier off the list: nobody waits for it any more.',
    answers: { 200: json('It is off the list.', shape({ client_id: text, instance: text })) }, refuses: ['not_found']
  })
} satisfies Record<string, RouteSchema>
