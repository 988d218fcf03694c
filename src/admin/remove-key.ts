import type { Act } from '../stores/users.ts'
import type { AdminInstance } from './instance.ts'

/**
 * Takes a compromised key out of use everywhere and makes sure that another can follow; returns the journal
 * sequence. Idempotent. Throws `not_found` for a key that never was.
 */
export async function removeKey(instance: AdminInstance, kid: string, act: Act): Promise<number> {
  const seq = await instance.rooms.revoker.revoke('key', kid, act)
  await instance.rotation.tend()
  return seq
}
