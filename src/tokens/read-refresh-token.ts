import type { KeyRing } from '../keys/key-ring.ts'
import { judgeRefresh } from '../protocol/refresh-policy.ts'
import type { GrantStanding, GrantStore } from '../stores/grants.ts'
import { isAuthentic, parseRefreshToken } from './refresh-token.ts'

/** The grant that a refresh token of ours belongs to, whatever its generation and state; undefined for anything else. */
export type ReadRefreshToken = (token: string) => Promise<HeldRefreshToken | undefined>

export interface HeldRefreshToken {
  grant: GrantStanding
  /** Whether it is the newest of a living grant. */
  isCurrent: boolean
  /** Whether a refresh with it would be answered: the newest, or late within the grace. */
  isSpendable: boolean
}

export interface ReadRefreshTokenOptions {
  ring: KeyRing
  grants: GrantStore
  /** Seconds. */
  grace: number
}

export function createReadRefreshToken({ ring, grants, grace }: ReadRefreshTokenOptions): ReadRefreshToken {
  return async token => {
    const parsed = parseRefreshToken(token)
    const key = parsed && await ring.macByKid(parsed.macKid)
    const grant = parsed && key && await grants.find(parsed.grantId)
    if (!grant || !isAuthentic(parsed, grant.secret, key)) return undefined
    const whole = { scopes: [], resources: [], openAudience: undefined }
    const presented = { ...grant, ...whole, generation: parsed.generation, authentic: true }
    const verdict = judgeRefresh(presented, grant, grace)
    return { grant, isCurrent: verdict === 'current', isSpendable: verdict === 'current' || verdict === 'late' }
  }
}
