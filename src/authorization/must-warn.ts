import type { Log } from '../ports/log.ts'
import { goesTo } from '../protocol/consent-address.ts'
import type { AuthorizationStore } from '../stores/authorizations.ts'
import type { Client } from '../stores/clients.ts'
import { hashCookie } from './session-cookie.ts'

/**
 * Whether the person must be told first before an error sends them to that address: a client that registered itself could
 * use us to send people anywhere (RFC 9700 §4.11.2), unless they have let it in there before. Never throws: where that
 * cannot be known, they are told. `cookie` is what the session cookie holds.
 */
export type MustWarn = (cookie: string | undefined, client: Client, redirectUri: string) => Promise<boolean>

export function createMustWarn({ authorizations, log }: { authorizations: AuthorizationStore; log: Log }): MustWarn {
  return async (cookie, { id, registrationTokenHash }, redirectUri) => {
    if (registrationTokenHash === undefined) return false
    if (cookie === undefined) return true
    try {
      const standing = await authorizations.look(hashCookie(cookie), id)
      return standing === undefined || !goesTo(redirectUri, standing.consented)
    } catch (error) {
      log.warn({ err: error }, 'who is signed in could not be looked up')
      return true
    }
  }
}
