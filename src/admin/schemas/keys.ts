import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { adminSchema } from './admin-schema.ts'
import { integer, list, orNull, shape, text, time } from './shapes.ts'

const rotateBody = {
  type: 'object',
  additionalProperties: false,
  properties: { force: { type: 'boolean' }, at: { type: 'string', maxLength: 40 }, purpose: { enum: ['sign', 'mac'] } }
}

const removeBody = {
  type: 'object',
  required: ['compromised'],
  additionalProperties: false,
  properties: { compromised: { type: 'boolean' }, reason: { type: 'string', minLength: 1, maxLength: 200 } }
}

const key = shape({
  kid: text, purpose: { enum: ['sign', 'mac'] }, algorithm: text, state: { enum: ['standby', 'signing', 'verifying', 'retired', 'removed'] },
  publishedAt: time, signsFrom: time, signsUntil: orNull(time), removedAfter: orNull(time), removedAt: orNull(time), sealedWith: orNull(text)
})

const holders = list(shape({ client_id: text, instance: text, acknowledged_at: orNull(time) }))

const plan = shape({
  signing: text, standby: text, planned_at: time, caches_know_at: time,
  earliest_at: { ...orNull(time), description: 'Null while a verifier that speaks lacks the standby.' },
  last_token_ends_at: time, lacking: holders, unknown: holders
})

export const keySchemas = {
  list: adminSchema({ tag: 'keys', summary: 'Lists keys with their times.', answers: { 200: json('All of them.', shape({ keys: list(key) })) } }),
  rotate: adminSchema({
    tag: 'keys', summary: 'Lets the standby take over, as early as is safe or when it is said.', body: rotateBody,
    answers: { 200: json('Who signs, and from when.', shape({ kid: text, signsFrom: time })) }, refuses: ['invalid_request', 'conflict']
  }),
  plan: adminSchema({
    tag: 'keys', summary: 'What would a rotation meet?', answers: { 200: json('The plan.', plan) }, refuses: ['conflict']
  }),
  remove: adminSchema({
    tag: 'keys', summary: 'Takes a compromised key out of use, and ends every token it made.', body: removeBody,
    answers: { 200: json('It is out of use.', shape({ kid: text, seq: integer })) }, refuses: ['invalid_request', 'not_found']
  }),
  reseal: adminSchema({
    tag: 'keys', summary: 'Seals the keys anew under the first master key.',
    answers: { 200: json('How many were sealed anew.', shape({ resealed: integer })) }
  })
} satisfies Record<string, RouteSchema>
