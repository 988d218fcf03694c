import { CountersignError } from '../protocol/errors.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { Consent, ConsentStore } from '../stores/consents.ts'

/** What a user has allowed to whom: seeing it, and taking it back. */
export interface Consents {
  give: ConsentStore['give']
  list(userId: string): Promise<Consent[]>
  /** Ends every grant to that client, too. Throws `not_found` when there is no such consent. */
  withdraw(userId: string, clientId: string): Promise<void>
}

export interface ConsentsOptions {
  consents: ConsentStore
  revoker: Revoker
}

export function createConsents({ consents, revoker }: ConsentsOptions): Consents {
  return {
    give: consents.give,
    list: consents.list,
    async withdraw(userId, clientId) {
      const entries = await consents.withdraw(userId, clientId, { reason: 'consent-withdrawn', actor: `user:${userId}` })
      if (entries === undefined) throw new CountersignError('not_found', { reason: 'consents/unknown' })
      await revoker.publish(entries)
    }
  }
}
