import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { CodeBinding } from '../protocol/code-policy.ts'
import { pendingNames } from '../protocol/pending-names.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { PendingStore } from '../stores/pending.ts'

/**
 * Authorization codes: 256 random bits, kept by their SHA-256 for a minute. A code is found here for as long as it lives,
 * spent or not: PostgreSQL decides who spends it (stores/grants.ts, redeem).
 */
export interface Codes {
  /** A code that stands for nothing yet. */
  make(): string
  keep(code: string, content: CodeContent): Promise<void>
  /** Undefined when it is unknown or its minute is over. */
  find(code: string): Promise<CodeContent | undefined>
}

/** All that the grant it becomes needs to know. */
export interface CodeContent extends CodeBinding {
  /** The number of the grant: whatever ended since it was taken ends the code. */
  grantNumber: number
  userId: string
  role: string
  subject: string
  sessionId: string
  /** Milliseconds since 1970. */
  authTime: number
  amr: string[]
  scopes: string[]
  audience: string[]
  /** The number of the consent that covers it; undefined where none is asked for. */
  consentNumber: number | undefined
  claims: ClaimsRequest | undefined
  nonce: string | undefined
}

/** Seconds (RFC 6749 §4.1.2 allows ten minutes; FAPI 2.0 one). */
export const codeLifetime = 60

const prefix = 'csac_'
const pattern = /^csac_[A-Za-z0-9_-]{43}$/

export interface CodesOptions {
  pending: PendingStore
  random: Random
  clock: Clock
}

export function createCodes({ pending, random, clock }: CodesOptions): Codes {
  const nameOf = (code: string): string => pendingNames.code(hashCode(code).toString('base64url'))
  return {
    make: () => prefix + random.bytes(32).toString('base64url'),
    async keep(code, content) {
      const endsAt = clock.now() + codeLifetime * 1000
      await pending.add(nameOf(code), JSON.stringify({ content, endsAt }), codeLifetime)
    },
    async find(code) {
      if (!pattern.test(code)) return undefined
      const text = await pending.find(nameOf(code))
      if (text === undefined) return undefined
      const { content, endsAt } = JSON.parse(text) as { content: CodeContent; endsAt: number }
      // A Redis that failed over may hold what it had let go.
      return clock.now() < endsAt ? content : undefined
    }
  }
}

/** What is known of a code where it is kept. */
export const hashCode = (code: string): Buffer => sha256(code)
