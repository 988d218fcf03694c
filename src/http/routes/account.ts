import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { accessOf, requireUser } from '../plugins/access.ts'
import type { HttpRooms } from '../rooms.ts'
import { accountSchemas as schemas } from '../schemas/account.ts'

interface PasswordBody {
  oldPassword: string
  newPassword: string
}

/** The signed-in user's own data. */
export function accountRoutes(app: FastifyInstance, rooms: HttpRooms): void {
  const { users, sessions, changePassword, gate } = rooms
  const onRequest = requireUser(gate)

  app.get('/me', { onRequest, schema: schemas.me }, async request => {
    const user = await users.find({ id: accessOf(request).sub })
    if (user === undefined) throw new CountersignError('invalid_token', { reason: 'access/user-gone' })
    const { id, email, emailVerified, name, role, createdAt } = user
    return { id, email, email_verified: emailVerified, name: name ?? null, role, createdAt }
  })

  app.get('/sessions', { onRequest, schema: schemas.sessions }, async request => {
    const { sub, sid } = accessOf(request)
    const listed = await sessions.list(sub)
    return {
      sessions: listed.map(({ id, userAgent, createdAt, lastUsedAt, expiresAt }) =>
        ({ id, current: id === sid, userAgent: userAgent ?? null, createdAt, lastUsedAt, expiresAt }))
    }
  })

  app.delete<{ Params: { id: string } }>('/sessions/:id', { onRequest, schema: schemas.endSession }, async (request, reply) => {
    await sessions.endListed(request.params.id, accessOf(request).sub)
    return reply.code(204).send()
  })

  app.post<{ Body: PasswordBody }>('/password', { onRequest, schema: schemas.password, bodyLimit: 8192 },
    async request => {
      const { sub: userId, sid: sessionId } = accessOf(request)
      await changePassword({ userId, sessionId: sessionId!, ...request.body })
      return { status: 'password-changed' }
    })
}
