/**
 * The fixed durations that the pieces must agree on, in seconds. What an operator may choose is in config.ts.
 */

/** How far the clocks of two instances, or of an instance and a verifier, may differ. The SQL function
 * `last_token_ends` adds the same. */
export const clockSkew = 60

/** How long anyone may serve our JWKS from a cache (its `max-age`). */
export const jwksCacheLifetime = 300

/** How long a verifier may wait, on top of that, before it fetches the JWKS again. */
export const jwksRefreshInterval = 300

/** A key is published at least this long before it signs. */
export const keyPublishLead = jwksCacheLifetime + jwksRefreshInterval + clockSkew

/** An instance that could not read the shared state for this long stops signing. */
export const stateMaxAge = 10

/** Revocations and changed clients are known to every instance within this time, Redis or not. */
export const pulseInterval = 0.5

/** A verifier acknowledges at least this often, even when nothing has changed. */
const acknowledgeInterval = 30

/** One that has not been heard of for this long is silent. */
export const silentAfter = 3 * acknowledgeInterval

/** What a verifier's own bound on staleness is lengthened by before it counts: for the time that a revocation may take to
 * commit after its own time was read (a statement has two seconds), an answer that is under way, and clocks that run unevenly. */
export const reachMargin = 5
