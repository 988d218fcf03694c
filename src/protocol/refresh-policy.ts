/**
 * Judges a refresh token whose rotation moved no row. The order is the policy: what cannot be proved changes nothing,
 * what is dead stays dead, what is merely late gets the successor that exists, and only what is left is a replay.
 */

export interface PresentedRefreshToken {
  generation: number
  clientId: string
  keyBinding: string | undefined
  scopes: readonly string[]
  /** What of the grant's audience it was presented for; empty for all of it. */
  resources: readonly string[]
  /** What all of the grant's audience must be among; undefined for anything. */
  openAudience: readonly string[] | undefined
  /** Whether the token's MAC is right for this grant. */
  authentic: boolean
}

export interface StandingGrant {
  clientId: string
  keyBinding: string | undefined
  scopes: readonly string[]
  audience: readonly string[]
  generation: number
  live: boolean
  expired: boolean
  /** Seconds since each of the last rotations, newest first, at most eight. */
  rotationAges: readonly number[]
}

export type RefreshVerdict =
  | 'unknown'
  | 'wrong-client'
  | 'wrong-key'
  | 'dead'
  | 'expired'
  | 'scope-too-wide'
  | 'resource-not-granted'
  /** An API of the grant is gone, or no longer open to the client. */
  | 'audience-closed'
  | 'from-the-future'
  /** A lost response, another tab, a queue behind quick rotations: answer with the current token. */
  | 'late'
  /** Nothing is wrong with it: the state moved between the rotation and this look. Try once more. */
  | 'current'
  | 'replayed'

/** @param grace seconds during which a rotated-out token is still answered with its successor */
export function judgeRefresh(
  token: PresentedRefreshToken, grant: StandingGrant | undefined, grace: number
): RefreshVerdict {
  if (grant === undefined || !token.authentic) return 'unknown'
  if (token.clientId !== grant.clientId) return 'wrong-client'
  if (token.keyBinding !== grant.keyBinding) return 'wrong-key'
  if (!grant.live) return 'dead'
  if (grant.expired) return 'expired'
  if (!token.scopes.every(scope => grant.scopes.includes(scope))) return 'scope-too-wide'
  if (!token.resources.every(resource => grant.audience.includes(resource))) return 'resource-not-granted'
  if (!grant.audience.every(each => token.openAudience?.includes(each) ?? true)) return 'audience-closed'
  if (token.generation > grant.generation) return 'from-the-future'
  if (token.generation === grant.generation) return 'current'
  const age = grant.rotationAges[grant.generation - token.generation - 1]
  return age !== undefined && age < grace ? 'late' : 'replayed'
}
