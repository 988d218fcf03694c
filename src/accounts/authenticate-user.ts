import type { User, UserStore } from '../stores/users.ts'
import type { Passwords } from './passwords.ts'

/** The user, when the password is right and the account usable; the same work is done either way. */
export type AuthenticateUser = (email: string | undefined, password: string) => Promise<User | undefined>

export interface AuthenticateUserOptions {
  users: UserStore
  passwords: Passwords
}

export function createAuthenticateUser({ users, passwords }: AuthenticateUserOptions): AuthenticateUser {
  return async (email, password) => {
    const user = email === undefined ? undefined : await users.find({ email })
    if (user === undefined) {
      await passwords.verifyAgainstNobody(password)
      return undefined
    }
    const isRight = await passwords.verify(user.passwordHash, password)
    return isRight && user.disabledAt === undefined ? user : undefined
  }
}
