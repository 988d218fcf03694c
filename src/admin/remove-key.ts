import type { Act } from '../stores/users.ts'
import type { AdminServices } from './services.ts'

/**
 * Takes a compromised key out of use everywhere and makes sure that another can follow; returns the journal
 * sequence. Idempotent. Throws `not_found` for a key that never was.
 */
export async function removeKey(services: AdminServices, kid: string, act: Act): Promise<number> {
  const seq = await services.rooms.revoker.revoke('key', kid, act)
  await services.rotation.tend()
  return seq
}
