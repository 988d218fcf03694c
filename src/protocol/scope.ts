/** Scopes: space-separated tokens, compared whole (RFC 6749 §3.3). */

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Scopes that manage Countersign itself: for client-credentials clients only, given by an operator, never to a user. */
const reservedPrefixes = ['revocations:', 'countersign:']

/** The scopes of OpenID Connect (Core §5.4 and §11): the issuer's own, about a user, so never a client's for itself. */
export const oidcScopes: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** The distinct scopes in order, or undefined when the text is not a scope. */
export function parseScope(text: string): string[] | undefined {
  const scopes = text.split(' ')
  return scopes.every(scope => scopeToken.test(scope)) ? [...new Set(scopes)] : undefined
}

export function isReservedScope(scope: string): boolean {
  return reservedPrefixes.some(prefix => scope.startsWith(prefix))
}

export function isOidcScope(scope: string): boolean {
  return oidcScopes.includes(scope)
}

export function isSubset(requested: readonly string[], allowed: readonly string[]): boolean {
  return requested.every(scope => allowed.includes(scope))
}
