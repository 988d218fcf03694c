import type { Target } from './index.ts'

/** Everything that this issuer has granted until now. */
export const issuer: Target = {
  kind: 'issuer',
  changesSharedState: true,
  adminOnly: true,
  valueOf: () => '',
  end: ({ journal }, _value, act) => journal.revokeIssuer(act)
}
