import type { Target } from './index.ts'

/** A client: every grant and token it has at this moment, none that comes after. */
export const client: Target = {
  kind: 'client',
  changesSharedState: true,
  adminOnly: false,
  valueOf: claims => claims.client_id,
  end: ({ clients }, clientId, act) => clients.endEverything(clientId, act)
}
