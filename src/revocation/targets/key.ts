import type { Target } from './index.ts'

/** A signing key, by its `kid`: every token it ever signed. */
export const key: Target = {
  kind: 'key',
  changesSharedState: true,
  adminOnly: true,
  valueOf: claims => claims.kid,
  end: ({ keys }, kid, act) => keys.remove(kid, act)
}
