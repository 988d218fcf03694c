import type { AlgorithmName } from './algorithms.ts'

/**
 * What the verifier asks of the runtime it is in. There are two: node/ goes through node:crypto without waiting; web/
 * has nothing but what Deno, browsers and workers have, too.
 */
export interface Platform {
  /** Of a text that is known to be canonical base64url. */
  decodeBase64url(text: string): Uint8Array
  /** What such a text stands for, if that is a text in UTF-8 (a byte order mark stays), and its bytes otherwise. */
  decodeText(text: string): string | Uint8Array
  encodeBase64url(bytes: Uint8Array): string
  sha256(bytes: Uint8Array): Uint8Array
  /** Of a public key that has been judged. Throws, or verifies nothing, where the runtime cannot use it. */
  openKey(jwk: PublicJwk, algorithm: AlgorithmName): OpenKey
}

/** Bound to its one algorithm (RFC 8725bis §3.1). */
export interface OpenKey {
  /**
   * True is proof of the spelling, too: the signature is in the one that it has, and header and payload are signed as they
   * are spelled. A promise only where the runtime has no other way. Never throws or rejects.
   */
  verify(signed: SignedText): boolean | Promise<boolean>
}

export interface SignedText {
  /** What may be a JWS in compact form. */
  token: string
  /** How many of its characters were signed: header, full stop and payload. */
  signedLength: number
}

/** As it stands in a JWKS, without a member that is private. */
export type PublicJwk = Readonly<Record<string, string>>
