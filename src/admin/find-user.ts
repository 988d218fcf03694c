import { canonicalEmail } from '../protocol/email.ts'
import { CountersignError } from '../protocol/errors.ts'
import type { User, UserStore } from '../stores/users.ts'

/** The user with that id or email address, in any spelling of it. Throws `not_found`. */
export async function findUser(users: UserStore, idOrEmail: string): Promise<User> {
  const email = canonicalEmail(idOrEmail)
  const user = await users.find(email === undefined ? { id: idOrEmail } : { email })
  if (user === undefined) {
    throw new CountersignError('not_found', {
      reason: 'users/unknown', sentence: 'There is no user with that id or email address.'
    })
  }
  return user
}
