import type { Target } from './index.ts'

/** A user, by `sub`: every session and grant there is at this moment, none that comes after. */
export const user: Target = {
  kind: 'user',
  changesSharedState: false,
  adminOnly: false,
  valueOf: claims => claims.sub,
  end: ({ users }, sub, act) => users.endEverything(sub, act)
}
