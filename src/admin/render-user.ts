import type { User } from '../stores/users.ts'

/** A user as an operator sees one: everything but the password's hash. */
export function renderUser({ id, email, emailVerified, name, role, claims, disabledAt, createdAt, updatedAt }: User) {
  return {
    id, email, email_verified: emailVerified, name: name ?? null, role, claims, disabledAt: disabledAt ?? null, createdAt,
    updatedAt
  }
}
