import type { Client } from '../stores/clients.ts'

/** Whether a client proves nothing (RFC 6749 §2.1). One that signs assertions has no secret, and is none. */
export function isPublicClient({ authMethods }: Pick<Client, 'authMethods'>): boolean {
  return authMethods.includes('none')
}
