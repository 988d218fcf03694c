import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { registerSchema as schema } from '../schemas/register.ts'

interface RegisterBody {
  email: string
  password: string
  name?: string
}

/** Registration. The answer is the same whether the address was new or taken: it tells nobody who has an account. */
export function registerRoute(app: FastifyInstance, { register, settings }: HttpRooms): void {
  app.post<{ Body: RegisterBody }>('/register', { schema, bodyLimit: 8192, config: limitPerIp(20, 3600) },
    async (request, reply) => {
      if (settings.registration === 'closed') {
        throw new CountersignError('registration_closed', { reason: 'registration/closed' })
      }
      const { email, password, name } = request.body
      await register({ email, password, name, actor: 'registration' })
      return reply.code(201).send({ status: 'registered' })
    })
}
