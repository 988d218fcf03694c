/** The names of what waits (stores/pending.ts): all of them here, so that none can be taken for another. */
export const pendingNames = {
  /** An authorization code, by its SHA-256 in base64url. */
  code: (digest: string) => `code:${digest}`,
  /** A person on the way through sign-in and consent. */
  interaction: (id: string) => `interaction:${id}`,
  /** A person who is asked whether to sign out. */
  logout: (id: string) => `logout:${id}`,
  /** The `jti` of a client's assertion, by its SHA-256 in base64url. */
  assertion: (clientTag: string, digest: string) => `assertion:${clientTag}:${digest}`
}
