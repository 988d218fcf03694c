import type { FastifyInstance } from 'fastify'
import { requireNewPassword } from '../../accounts/registration.ts'
import { readStoredHash } from '../../accounts/stored-hash.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { User } from '../../stores/users.ts'
import { byAdmin } from '../by-admin.ts'
import { findUser } from '../find-user.ts'
import { renderUser } from '../render-user.ts'
import type { AdminInstance } from '../instance.ts'
import { userSchemas } from '../schemas/users.ts'

interface NewUserBody {
  email: string
  name?: string
  role?: string
  password?: string
  passwordHash?: string
}

interface Page {
  limit?: string
  after?: string
}

interface NewPassword {
  Params: { user: string }
  Body: { password: string }
}

type AccountChange = { passwordHash?: string; disabled?: boolean }

/** Users: made, listed, disabled and enabled, given a new password. `:user` is an id or an email address. */
export function userRoutes(app: FastifyInstance, instance: AdminInstance): void {
  const { rooms, stores } = instance

  app.post<{ Body: NewUserBody }>('/users', { schema: userSchemas.create }, async (request, reply) => {
    const { userId, created } = await rooms.register(readNewUser(request.body))
    if (!created) {
      throw new CountersignError('conflict', {
        reason: 'users/email-taken', sentence: 'A user with that email address exists already.'
      })
    }
    return reply.code(201).send(renderUser((await stores.users.find({ id: userId }))!))
  })

  app.get<{ Querystring: Page }>('/users', { schema: userSchemas.list }, async ({ query }) => {
    const users = await stores.users.list({ limit: Number(query.limit ?? 100), after: query.after })
    return { users: users.map(renderUser) }
  })

  changeRoutes(app, instance)
}

/** Each of these ends every session and grant that the user has. */
function changeRoutes(app: FastifyInstance, { stores, rooms, passwords }: AdminInstance): void {
  const endEverything = async (user: User, reason: string, set: AccountChange) => {
    await rooms.revoker.publish(await stores.users.endEverything(user.id, byAdmin(reason), set))
    return renderUser((await stores.users.find({ id: user.id }))!)
  }

  app.post<{ Params: { user: string } }>('/users/:user/disable', { schema: userSchemas.disable }, async ({ params }) =>
    endEverything(await findUser(stores.users, params.user), 'user-disabled', { disabled: true }))

  app.post<{ Params: { user: string } }>('/users/:user/enable', { schema: userSchemas.enable }, async ({ params }) => {
    const user = await findUser(stores.users, params.user)
    // Enabling someone who is enabled must not sign them out.
    if (user.disabledAt === undefined) return renderUser(user)
    return endEverything(user, 'user-enabled', { disabled: false })
  })

  app.post<NewPassword>('/users/:user/password', { schema: userSchemas.setPassword }, async ({ params, body }) => {
    const user = await findUser(stores.users, params.user)
    const passwordHash = await passwords.hash(requireNewPassword(body.password))
    return endEverything(user, 'password-set-by-admin', { passwordHash })
  })
}

function readNewUser({ email, name, role, password, passwordHash }: NewUserBody) {
  if ((password === undefined) === (passwordHash === undefined)) {
    throw new CountersignError('invalid_request', {
      reason: 'users/password-or-hash', sentence: 'Give either a password or a passwordHash.'
    })
  }
  if (passwordHash !== undefined && readStoredHash(passwordHash).kind === 'unusable') {
    throw new CountersignError('invalid_request', {
      reason: 'users/hash-unusable',
      sentence: 'The passwordHash is not one that can be verified here: give an argon2 PHC string or a bcrypt hash.'
    })
  }
  return {
    email, name, password: password ?? '', actor: 'admin',
    ...(role !== undefined && { role }),
    ...(passwordHash !== undefined && { passwordHash })
  }
}
