import type { Random } from '../ports/random.ts'
import { sha256 } from '../protocol/sha256.ts'

/** What the session cookie holds: 256 random bits. The database knows their SHA-256 alone. */

export function makeSessionCookie(random: Random): string {
  return random.bytes(32).toString('base64url')
}

export function hashCookie(cookie: string): Buffer {
  return sha256(cookie)
}
