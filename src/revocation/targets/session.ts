import type { Target } from './index.ts'

/** A session, by its `sid`: every grant in it. */
export const session: Target = {
  kind: 'session',
  changesSharedState: false,
  adminOnly: false,
  valueOf: claims => claims.sid,
  end: ({ sessions }, sid, act) => sessions.end(sid, act)
}
