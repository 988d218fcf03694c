import { grantIdOfJti } from '../../protocol/identifiers.ts'
import type { Target } from './index.ts'

/** A grant: its refresh tokens and all its access tokens. */
export const grant: Target = {
  kind: 'grant',
  changesSharedState: false,
  adminOnly: false,
  valueOf: claims => grantIdOfJti(claims.jti),
  end: ({ grants }, grantId, act) => grants.revoke(grantId, act)
}
