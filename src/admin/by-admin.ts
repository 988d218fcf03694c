import type { Act } from '../stores/users.ts'

/** An act of whoever holds the admin token, for the journal and the audit trail. */
export const byAdmin = (reason: string): Act => ({ reason, actor: 'admin' })
