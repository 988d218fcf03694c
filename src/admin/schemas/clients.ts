import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { clientSchemas } from '../../http/schemas/client-registration.ts'
import { clientBodySchema, clientChangesSchema } from '../client-body.ts'
import { adminSchema } from './admin-schema.ts'
import { flag, integer, list, orNull, shape, text, texts, time } from './shapes.ts'

const [{ properties: members }] = clientSchemas

const client = shape({
  client_id: text, scope: text, audience: texts, token_endpoint_auth_methods: texts, require_pkce: flag, trusted: flag, dynamic: flag,
  created_at: time, disabled_at: orNull(time)
}, { ...members, sector_identifier: text, accepts_endpoint_audience: flag })

const secret = { ...text, description: 'Told once.' }

export const adminClientSchemas = {
  create: adminSchema({
    tag: 'clients', summary: 'Registers a client.', body: clientBodySchema,
    answers: { 201: json('It is registered; a public client has no secret.', shape({ client_id: text }, { client_secret: secret })) },
    refuses: ['invalid_request', 'invalid_client_metadata', 'invalid_redirect_uri', 'conflict']
  }),
  list: adminSchema({ tag: 'clients', summary: 'Lists clients.', answers: { 200: json('All of them.', shape({ clients: list(client) })) } }),
  read: adminSchema({ tag: 'clients', summary: 'Shows a client.', answers: { 200: json('The client.', client) }, refuses: ['not_found'] }),
  change: adminSchema({
    tag: 'clients', summary: 'Changes a client; what is not said stays, null takes away.', body: clientChangesSchema,
    answers: {
      200: json('It is changed. A client that has a use for a secret now gets one; all that one had been granted ends when it becomes public.',
        shape({ client_id: text }, { client_secret: secret, seq: integer }))
    },
    refuses: ['invalid_request', 'forbidden', 'not_found', 'conflict']
  }),
  rotateSecret: adminSchema({
    tag: 'clients', summary: 'Gives a client a new secret; the old one ends at once.',
    answers: { 200: json('The new secret.', shape({ client_id: text, client_secret: secret })) }, refuses: ['forbidden', 'not_found']
  }),
  remove: adminSchema({
    tag: 'clients', summary: 'Deletes a client and ends its tokens.',
    answers: { 200: json('It is gone, and its tokens are revoked.', shape({ client_id: text, seq: integer })) }, refuses: ['forbidden', 'not_found']
  })
} satisfies Record<string, RouteSchema>
