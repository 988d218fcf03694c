/** The name of a cookie of ours. With an https issuer it carries the `__Host-` prefix: for this host alone (RFC 6265bis §4.1.3). */
export function cookieName(issuer: string, name: string): string {
  return `${issuer.startsWith('https:') ? '__Host-' : ''}countersign_${name}`
}
