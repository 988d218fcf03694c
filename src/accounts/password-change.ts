import { CountersignError } from '../protocol/errors.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { UserStore } from '../stores/users.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { requireNewPassword } from './registration.ts'

/** Changing one's own password: needs the old one, ends every other session. */
export type ChangePassword = (request: PasswordChangeRequest) => Promise<void>

export interface PasswordChangeRequest {
  userId: string
  sessionId: string
  oldPassword: string
  newPassword: string
}

export interface PasswordChangeOptions {
  users: UserStore
  passwords: Passwords
  attempts: Attempts
  revoker: Revoker
}

export function createChangePassword({ users, passwords, attempts, revoker }: PasswordChangeOptions): ChangePassword {
  /** The stored hash, when the password is the user's. A busy or broken service is not counted as a failure. */
  async function requirePassword({ userId, sessionId, oldPassword }: PasswordChangeRequest): Promise<string> {
    const reserved = await attempts.reservePasswordChange(sessionId)
    const hash = await verifyStored(userId, oldPassword).catch(async (error: unknown) => {
      await reserved.giveBack()
      throw error
    })
    if (hash === undefined) throw wrongPassword()
    await reserved.giveBack()
    return hash
  }

  async function verifyStored(userId: string, password: string): Promise<string | undefined> {
    const user = await users.find({ id: userId })
    return user !== undefined && await passwords.verify(user.passwordHash, password) ? user.passwordHash : undefined
  }

  return async request => {
    const { userId, sessionId, newPassword } = request
    requireNewPassword(newPassword)
    const oldHash = await requirePassword(request)
    const newHash = await passwords.hash(newPassword)
    const entries = await users.changePassword({
      userId, oldHash, newHash, keptSessionId: sessionId, actor: `user:${userId}`
    })
    if (entries === undefined) throw wrongPassword()
    await revoker.publish(entries)
  }
}

const wrongPassword = (): CountersignError =>
  new CountersignError('invalid_credentials', { reason: 'password-change/wrong-password' })
