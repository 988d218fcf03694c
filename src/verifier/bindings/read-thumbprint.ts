import { isCanonicalBase64url } from '../compact-token.ts'
import type { Platform } from '../platform.ts'

const pem = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/
/** Far more than any certificate has. */
const maxLength = 65_536

/** The SHA-256 thumbprint (RFC 8705 §3.1) of a client's certificate in DER or PEM, or as it is; undefined for anything else. */
export function readThumbprint(certificate: Uint8Array | string, platform: Platform): string | undefined {
  if (certificate.length > maxLength) return undefined
  if (typeof certificate !== 'string') return platform.encodeBase64url(platform.sha256(certificate))
  if (certificate.length === 43 && isCanonicalBase64url(certificate)) return certificate
  const body = pem.exec(certificate)?.[1]?.replace(/\s/g, '').replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  if (body === undefined || !isCanonicalBase64url(body)) return undefined
  return platform.encodeBase64url(platform.sha256(platform.decodeBase64url(body)))
}
