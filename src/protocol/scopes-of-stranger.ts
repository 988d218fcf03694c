export interface RegisteredScopes {
  scopes: readonly string[]
  /** There for a client that registered itself. */
  registrationTokenHash?: Uint8Array | undefined
}

/**
 * What a client that registered itself is held to: the scopes that it named (RFC 7591 §2). Undefined where nothing holds it: it named
 * none, or an operator registered it, whose list names other scopes beside those of OpenID Connect.
 */
export function scopesOfStranger({ scopes, registrationTokenHash }: RegisteredScopes): readonly string[] | undefined {
  return registrationTokenHash === undefined || scopes.length === 0 ? undefined : scopes
}
