import { sha256Text } from './sha256.ts'

/** Proof key for code exchange (RFC 7636), the method S256 and no other. */

/** SHA-256 in base64url: 43 characters, always. */
const challenge = /^[A-Za-z0-9_-]{43}$/
/** RFC 7636 §4.1. */
const verifier = /^[A-Za-z0-9\-._~]{43,128}$/

export const isCodeChallenge = (text: string): boolean => challenge.test(text)

export const isCodeVerifier = (text: string): boolean => verifier.test(text)

/** What S256 makes of a verifier (RFC 7636 §4.2). */
export function challengeOf(codeVerifier: string): string {
  return sha256Text(codeVerifier)
}
