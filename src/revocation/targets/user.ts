import type { Target } from './index.ts'

/**
 * A user, by `sub`: every session and grant there is at this moment, none that comes after. A pairwise `sub` ends the user
 * behind it, everywhere: whoever revokes a person means the person, not one sector's name for them.
 */
export const user: Target = {
  kind: 'user',
  changesSharedState: false,
  adminOnly: false,
  valueOf: claims => claims.sub,
  end: ({ users }, sub, act) => users.endEverything(sub, act)
}
