import { isCanonicalBase64url } from './base64url.ts'

/** The object in the header or the payload of a JWT. One spelling only (RFC 8725bis §3.14): undefined for any other. */
export function parseJwtSegment(text: string): Record<string, unknown> | undefined {
  if (!isCanonicalBase64url(text)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined
  } catch {
    return undefined
  }
}
