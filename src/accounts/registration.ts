import type { Random } from '../ports/random.ts'
import { canonicalEmail } from '../protocol/email.ts'
import { CountersignError } from '../protocol/errors.ts'
import { userIdPrefix } from '../protocol/identifiers.ts'
import { checkNewPassword } from '../protocol/password-rules.ts'
import type { UserStore } from '../stores/users.ts'
import type { Passwords } from './passwords.ts'
import { readStoredHash } from './stored-hash.ts'

/** Making accounts: by the person, or by an operator. */
export type Register = (request: RegistrationRequest) => Promise<{ userId: string; created: boolean }>

export interface RegistrationRequest {
  email: string
  /** In clear; ignored when there is a hash. */
  password: string
  name: string | undefined
  /** `user` unless an operator says otherwise. */
  role?: string
  /** A PHC or bcrypt hash to import instead of hashing the password. */
  passwordHash?: string
  actor: string
}

export interface RegistrationOptions {
  users: UserStore
  passwords: Passwords
  random: Random
}

/** The answer to a person must not depend on `created`; the work done does not. */
export function createRegister({ users, passwords, random }: RegistrationOptions): Register {
  return async request => {
    const email = requireEmail(request.email)
    const passwordHash = request.passwordHash === undefined
      ? await passwords.hash(requireNewPassword(request.password))
      : requireUsableHash(request.passwordHash)
    const id = userIdPrefix + random.bytes(16).toString('base64url')
    const created = await users.register({
      id, email, name: request.name, role: request.role ?? 'user', passwordHash, actor: request.actor
    })
    return { userId: id, created }
  }
}

function requireEmail(text: string): string {
  const email = canonicalEmail(text)
  if (email === undefined) throw invalid('email', 'The email address is not one that can be used here.')
  return email
}

export function requireNewPassword(password: string): string {
  const verdict = checkNewPassword(password)
  if (verdict !== 'ok') throw invalid(`password-${verdict}`, 'A password has 8 to 256 characters.')
  return password
}

function requireUsableHash(hash: string): string {
  if (readStoredHash(hash).kind === 'unusable') {
    throw invalid('password-hash', 'The password hash is neither a bcrypt hash nor an argon2 PHC string that can be used.')
  }
  return hash
}

function invalid(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `registration/${rule}`, sentence })
}
