import type { KeyRing } from '../keys/key-ring.ts'
import type { Clock } from '../ports/clock.ts'
import { includesAudience } from '../protocol/claims.ts'
import { CountersignError } from '../protocol/errors.ts'
import type { Lookup } from '../revocation/lookup.ts'
import type { JournalHead } from '../stores/journal.ts'
import { revocableClaimsOf, verifyAccessToken, type VerifiedToken } from './verify-access-token.ts'

/** Where access tokens are presented to this service itself: what it does not let in, it throws (RFC 6750 §3.1). */
export interface AccessGate {
  /** Both halves. */
  pass(token: string): Promise<VerifiedToken>
  /** The first half: ours, and alive by the clock. */
  verify(token: string): Promise<VerifiedToken>
  /**
   * The second half: not revoked, and meant for this service. Whoever reads the database between the halves may read the
   * journal's head along, which spares the list a look of its own.
   */
  admit(verified: VerifiedToken, head?: JournalHead): Promise<void>
}

export interface AccessGateOptions {
  ring: KeyRing
  lookup: Lookup
  clock: Clock
  issuer: string
}

export function createAccessGate({ ring, lookup, clock, issuer }: AccessGateOptions): AccessGate {
  async function verify(token: string): Promise<VerifiedToken> {
    const verdict = await verifyAccessToken(token, { ring, issuer, now: clock.now() })
    if (verdict === 'expired') throw new CountersignError('token_expired', { reason: 'access/expired' })
    if (typeof verdict === 'string') throw new CountersignError('invalid_token', { reason: `access/${verdict}` })
    return verdict
  }

  async function admit(verified: VerifiedToken, head?: JournalHead): Promise<void> {
    const { answers: [answer] } = await lookup.checkWhole([revocableClaimsOf(verified)], head)
    if (answer!.revoked) throw new CountersignError('token_revoked', { reason: 'access/revoked' })
    if (!includesAudience(verified.claims, issuer)) throw new CountersignError('invalid_token', { reason: 'access/wrong-audience' })
  }

  return {
    verify,
    admit,
    async pass(token) {
      const verified = await verify(token)
      await admit(verified)
      return verified
    }
  }
}
