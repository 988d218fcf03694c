import { text } from './answer.ts'

/** The form's parameters by which a client says who it is, where it does not use the header. */
export const clientProof = {
  client_id: text('The client; not beside the Authorization header.'),
  client_secret: text('client_secret_post.'),
  client_assertion_type: {
    const: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', description: 'private_key_jwt (RFC 7523).'
  },
  client_assertion: text('A signed JWT, good for one use.')
}
