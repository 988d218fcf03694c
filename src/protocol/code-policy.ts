import { challengeOf, isCodeVerifier } from './pkce.ts'

/** Judges whoever presents an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). What cannot be proved changes nothing. */

export interface CodeBinding {
  clientId: string
  redirectUri: string
  /** Whether the authorization request named it; absent where that is not known any more. */
  isRedirectUriGiven?: boolean
  codeChallenge: string | undefined
}

export interface PresentedCode {
  clientId: string
  /** OAuth 2.1 §4.1.3 does without it, thanks to the proof key; who sends one is held to it. */
  redirectUri: string | undefined
  codeVerifier: string | undefined
}

export type CodeVerdict =
  | 'good' | 'wrong-client' | 'wrong-redirect-uri' | 'no-redirect-uri' | 'no-verifier' | 'malformed-verifier' | 'wrong-verifier'
  /** A verifier for a code without a challenge: somebody took the challenge away (RFC 9700 §4.8.2). */
  | 'unexpected-verifier'

export function judgeCode(binding: CodeBinding, presented: PresentedCode): CodeVerdict {
  const { codeVerifier } = presented
  if (presented.clientId !== binding.clientId) return 'wrong-client'
  if (presented.redirectUri !== undefined && presented.redirectUri !== binding.redirectUri) return 'wrong-redirect-uri'
  if (binding.codeChallenge === undefined && binding.isRedirectUriGiven && presented.redirectUri === undefined) {
    // A client without a proof key is one of OAuth 2.0, and this is all that keeps a code that was slipped in from it
    // (RFC 6749 §4.1.3).
    return 'no-redirect-uri'
  }
  if (binding.codeChallenge === undefined) return codeVerifier === undefined ? 'good' : 'unexpected-verifier'
  if (codeVerifier === undefined) return 'no-verifier'
  if (!isCodeVerifier(codeVerifier)) return 'malformed-verifier'
  return challengeOf(codeVerifier) === binding.codeChallenge ? 'good' : 'wrong-verifier'
}
