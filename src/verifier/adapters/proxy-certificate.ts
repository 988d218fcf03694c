/**
 * A client's certificate that a proxy has taken from the TLS connection and hands on in a header: `:base64:` of the DER form
 * (RFC 9440 §2.1) or percent-encoded PEM, as nginx writes it (`$ssl_client_escaped_cert`). Undefined where it tells of
 * none, and an empty text, which no token is bound to, for everything else: nothing is proved then.
 */
export function readProxyCertificate(lines: readonly string[]): Uint8Array | string | undefined {
  const [line = '', ...further] = lines
  if (line === '' && further.length === 0) return undefined
  // One is the proxy's; of two, one is somebody else's.
  if (further.length > 0) return ''
  const encoded = /^:([A-Za-z0-9+/]+=*):$/.exec(line)?.[1]
  try {
    if (encoded !== undefined) return Uint8Array.from(atob(encoded), character => character.charCodeAt(0))
    const pem = decodeURIComponent(line)
    return pem.startsWith('-----BEGIN CERTIFICATE-----') ? pem : ''
  } catch {
    return ''
  }
}
