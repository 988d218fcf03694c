import { CountersignError, type Reason } from '../protocol/errors.ts'
import { sha256Text } from '../protocol/sha256.ts'
import type { CounterStore } from '../stores/counters.ts'

/**
 * How often a password may be guessed. An attempt is reserved before anything is hashed and given back when
 * it succeeds, so that guesses in parallel count like guesses in a row. Never a lock-out: every window ends.
 */
export interface Attempts {
  /**
   * Throws `rate_limited` (`sign-in/too-many-failures`) when this account, or this device of it, has none
   * left.
   */
  reserveSignIn(who: SignInAttempt): Promise<Attempt>
  /**
   * Per session, so that a thief of one access token cannot keep the owner, in another session, from changing the
   * password. Throws `rate_limited` (`password-change/too-many-failures`).
   */
  reservePasswordChange(sessionId: string): Promise<Attempt>
}

export interface Attempt {
  /** The attempt succeeded and does not count. Idempotent. */
  giveBack(): Promise<void>
}

export interface SignInAttempt {
  /** Canonical, of an account or of nobody. */
  email: string
  /**
   * SHA-256 of the secret of a device known to have signed in to this account: it has an allowance of its
   * own, so that a stranger who uses up the account's cannot keep the owner out.
   */
  deviceHash: Buffer | undefined
}

const limit = 5
/** Seconds. */
const windowLength = 15 * 60

export function createAttempts({ counters }: { counters: CounterStore }): Attempts {
  async function reserveUnder(key: string, reason: Reason): Promise<Attempt> {
    const { allowed, resetsIn } = await counters.reserve(key, limit, windowLength)
    if (!allowed) {
      throw new CountersignError('rate_limited', { reason, retryAfter: Math.max(1, Math.ceil(resetsIn)) })
    }
    let taken = true
    return {
      async giveBack() {
        if (!taken) return
        taken = false
        await counters.giveBack(key)
      }
    }
  }

  return {
    reserveSignIn({ email, deviceHash }) {
      const account = digest(email)
      const key = deviceHash === undefined
        ? `sign-in:account:${account}`
        : `sign-in:device:${digest(deviceHash.toString('base64url'))}:${account}`
      return reserveUnder(key, 'sign-in/too-many-failures')
    },
    reservePasswordChange: userId =>
      reserveUnder(`password-change:${digest(userId)}`, 'password-change/too-many-failures')
  }
}

/** Addresses do not lie about in Redis in clear, and every key is of one length. */
function digest(text: string): string {
  return sha256Text(text)
}
