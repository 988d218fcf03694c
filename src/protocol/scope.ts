/** Scopes: space-separated tokens, compared whole (RFC 6749 §3.3). */

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** Scopes that manage Countersign itself: for client-credentials clients only, given by an operator, never to a user. */
const reservedPrefixes = ['revocations:', 'countersign:']

/** The standard scopes (OpenID Connect Core §5.4, §11): every client that signs users in may ask for them. */
export const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

export function isOpenIdScope(scope: string): boolean {
  return openIdScopes.includes(scope)
}

/** The distinct scopes in order, or undefined when the text is not a scope. */
export function parseScope(text: string): string[] | undefined {
  const scopes = text.split(' ')
  return scopes.every(scope => scopeToken.test(scope)) ? [...new Set(scopes)] : undefined
}

export function isReservedScope(scope: string): boolean {
  return reservedPrefixes.some(prefix => scope.startsWith(prefix))
}

export function isSubset(requested: readonly string[], allowed: readonly string[]): boolean {
  return requested.every(scope => allowed.includes(scope))
}
