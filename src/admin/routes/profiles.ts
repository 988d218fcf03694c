import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { findClaimFault } from '../../protocol/standard-claim-faults.ts'
import type { ProfileChange } from '../../stores/profiles.ts'
import { findUser } from '../find-user.ts'
import { renderUser } from '../render-user.ts'
import type { AdminInstance } from '../instance.ts'
import { userSchemas } from '../schemas/users.ts'

interface ProfileBody {
  name?: string | null
  email_verified?: boolean
  claims?: Record<string, unknown>
}

/** What is said of a user to clients. A member or claim that is absent stays, null removes it; no session ends. */
export function profileRoutes(app: FastifyInstance, { stores }: AdminInstance): void {
  app.patch<{ Params: { user: string }; Body: ProfileBody }>('/users/:user', { schema: userSchemas.change }, async ({ params, body }) => {
    const { id } = await findUser(stores.users, params.user)
    await stores.profiles.set(id, readChange(body), 'admin')
    return renderUser((await stores.users.find({ id }))!)
  })
}

function readChange({ name, email_verified: emailVerified, claims }: ProfileBody): ProfileChange {
  for (const [claim, value] of Object.entries(claims ?? {})) {
    const fault = findClaimFault(claim, value)
    if (fault !== undefined) {
      throw new CountersignError('invalid_request', { reason: 'users/claim', sentence: `The claim ${fault}.` })
    }
  }
  return {
    ...(name !== undefined && { name }), ...(emailVerified !== undefined && { emailVerified }), ...(claims && { claims })
  }
}
