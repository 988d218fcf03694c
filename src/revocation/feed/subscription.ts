import type { Point } from '../../protocol/revocation-point.ts'
import type { RevocableClaims } from '../../protocol/revocation-rules.ts'

/** What somebody asks for who follows the revocations, and by which token. */
export interface Subscription {
  point: Point
  claims: RevocableClaims
  /** When the token ends, milliseconds since 1970. */
  expiresAt: number
  /** When the request arrived, by `now`. */
  arrivedAt: number
}
