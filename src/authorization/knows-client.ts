import type { Log } from '../ports/log.ts'
import type { AuthorizationStore } from '../stores/authorizations.ts'
import type { Client } from '../stores/clients.ts'
import { hashCookie } from './session-cookie.ts'

/**
 * Whether the person in front of us has allowed this client anything before. Never throws: where it cannot be known, it
 * is not so.
 */
export type KnowsClient = (cookie: string | undefined, client: Client) => Promise<boolean>

export function createKnowsClient({ authorizations, log }: { authorizations: AuthorizationStore; log: Log }): KnowsClient {
  return async (cookie, { id }) => {
    if (cookie === undefined) return false
    try {
      const standing = await authorizations.look(hashCookie(cookie), id)
      return standing !== undefined && standing.consented.length > 0
    } catch (error) {
      log.warn({ err: error }, 'who is signed in could not be looked up')
      return false
    }
  }
}
