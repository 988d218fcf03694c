/** What a resource server sends of a token that it has verified itself. */
export function claimsOf(token) {
  const [{ kid }, { jti, iat, sub, sid, client_id, grant_id }] = token.split('.', 2).map(decode)
  return { jti, iat, kid, sub, sid, client_id, grant_id }
}

function decode(segment) {
  return JSON.parse(Buffer.from(segment, 'base64url').toString())
}

/** Splits into lists of `size`; a rest is left out. */
export function inBatches(items, size) {
  return Array.from({ length: Math.floor(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}
