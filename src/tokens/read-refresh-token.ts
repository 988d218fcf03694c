import type { KeyRing } from '../keys/key-ring.ts'
import type { GrantStanding, GrantStore } from '../stores/grants.ts'
import { isAuthentic, parseRefreshToken } from './refresh-token.ts'

/** The grant that a refresh token of ours belongs to, whatever its generation and state; undefined for anything else. */
export type ReadRefreshToken = (token: string) => Promise<HeldRefreshToken | undefined>

export interface HeldRefreshToken {
  grant: GrantStanding
  /** Whether it is the one that can be spent now. */
  isCurrent: boolean
}

export function createReadRefreshToken({ ring, grants }: { ring: KeyRing; grants: GrantStore }): ReadRefreshToken {
  return async token => {
    const parsed = parseRefreshToken(token)
    const key = parsed && await ring.macByKid(parsed.macKid)
    const grant = parsed && key && await grants.find(parsed.grantId)
    if (!grant || !isAuthentic(parsed, grant.secret, key)) return undefined
    return { grant, isCurrent: grant.live && !grant.expired && grant.generation === parsed.generation }
  }
}
