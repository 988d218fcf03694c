import { json, type RouteSchema } from '../../http/schemas/answer.ts'
import { adminSchema } from './admin-schema.ts'
import { anything, flag, limit, list, orNull, shape, text, time } from './shapes.ts'

const password = { type: 'string', maxLength: 4096 }

const createBody = {
  type: 'object',
  required: ['email'],
  additionalProperties: false,
  properties: {
    email: { type: 'string', maxLength: 1024 },
    name: { type: 'string', minLength: 1, maxLength: 200 },
    role: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,49}$' },
    password,
    passwordHash: { type: 'string', maxLength: 500 }
  }
}

const page = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit,
    after: { type: 'string', minLength: 1, maxLength: 100 }
  }
}

const profileBody = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    name: { type: ['string', 'null'], minLength: 1, maxLength: 200 },
    email_verified: { type: 'boolean' },
    claims: { type: 'object', maxProperties: 50 }
  }
}

const user = shape({
  id: text, email: text, email_verified: flag, name: orNull(text), role: text, claims: anything, disabledAt: orNull(time), createdAt: time,
  updatedAt: time
})

const theUser = { 200: json('The user.', user) }

export const userSchemas = {
  create: adminSchema({
    tag: 'users', summary: 'Makes a user.', body: createBody, answers: { 201: json('The user.', user) }, refuses: ['invalid_request', 'conflict']
  }),
  list: adminSchema({
    tag: 'users', summary: 'Lists users in the order in which they were made.', querystring: page,
    answers: { 200: json('So many as were asked for.', shape({ users: list(user) })) }, refuses: ['invalid_request']
  }),
  change: adminSchema({
    tag: 'users', summary: 'Changes what is said of a user; null removes.', body: profileBody, answers: theUser, refuses: ['invalid_request', 'not_found']
  }),
  disable: adminSchema({ tag: 'users', summary: 'Signs a user out everywhere, and lets none in.', answers: theUser, refuses: ['not_found'] }),
  enable: adminSchema({ tag: 'users', summary: 'Lets a user sign in again.', answers: theUser, refuses: ['not_found'] }),
  setPassword: adminSchema({
    tag: 'users', summary: 'Sets a password and signs the user out everywhere.',
    body: { type: 'object', required: ['password'], additionalProperties: false, properties: { password } }, answers: theUser,
    refuses: ['invalid_request', 'not_found']
  })
} satisfies Record<string, RouteSchema>
