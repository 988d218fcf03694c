/** Why a guarded request (ports/outbound-fetch.ts) has no answer. */
export type OutboundReason =
  /** Not an absolute http or https URL, or one with a user name or password in it. */
  | 'bad-url'
  /** An http URL of a host outside the private networks that are allowed. */
  | 'not-https'
  /** The host is, or its name resolves to, an address that is not public and not allowed either. */
  | 'private-address'
  /** The name could not be resolved, the connection not made or not kept, or TLS failed. */
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'redirected'
  /** Too many requests are waiting for their turn already. */
  | 'overloaded'

/** Says nothing of the URL, which may hold what belongs in no log. */
export class OutboundError extends Error {
  readonly reason: OutboundReason

  constructor(reason: OutboundReason, cause?: unknown) {
    super(`an outbound request failed: ${reason}`, { cause })
    this.name = 'OutboundError'
    this.reason = reason
  }
}
