// What the routes of each service answer and ask for.

export const scopesSupported = ['orders:read', 'orders:write']

/** Who may not lose a revocation even while Countersign is away refuses rather than guess. */
export const toDelete = { scope: 'orders:write', maxAge: 300, whenStale: 'reject' }

/** `revocation` is "unchecked" where the policy "accept" let a token pass of which nothing is known. */
export const listOrders = ({ claims, revocation }) => ({ customer: claims.sub, revocation, orders: [] })
