import type { Target } from './index.ts'

/** One access token, by its `jti`. */
export const token: Target = {
  kind: 'token',
  changesSharedState: false,
  adminOnly: false,
  valueOf: claims => claims.jti,
  end: ({ journal }, jti, act) => journal.revokeToken(jti, act)
}
