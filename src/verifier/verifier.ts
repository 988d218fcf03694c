import type { AlgorithmName } from './algorithms.ts'
import type { RevocationHealth, WhenStale } from './revocation/revocation-checker.ts'

/** Verifies the access tokens of one issuer for one resource server. */
export interface Verifier {
  /** As it was made with, for adapters. */
  readonly issuer: string
  readonly audiences: readonly string[]
  /**
   * Whether a token is good for this resource server, now.
   *
   * @param token as it arrived, without the scheme before it
   * @throws VerifierError, whose `code` says why not
   */
  verify(token: string, options?: VerifyOptions): Promise<VerifiedToken>
  /**
   * Says beforehand that calls of `verify` will have this rule of their own, so that the service takes no revocation for
   * effective here that such a call may still let pass. `protect` of the adapters says it for its route; for others the first
   * call does.
   */
  announce(options: Required<Pick<VerifyOptions, 'whenStale'>>): void
  /** Resolves once keys and the view of revocations are there; rejects when the verifier is closed before. */
  ready(): Promise<void>
  health(): VerifierHealth
  /** Returns what takes the listener off again. */
  on<Name extends keyof VerifierEvents>(name: Name, listener: (event: VerifierEvents[Name]) => void): () => void
  /** Ends everything that runs in the background. Idempotent; `verify` refuses from then on. */
  close(): Promise<void>
}

export interface VerifyOptions {
  /** The request the token came with: needed for tokens that are bound to a key or a certificate. */
  request?: PresentedRequest | undefined
  /** Scopes that the token must have, all of them: a list, or names with spaces between. */
  scope?: string | readonly string[] | undefined
  /** Authentication contexts of which the user's sign-in must be one (RFC 9470). */
  acrValues?: readonly string[] | undefined
  /** How long ago the user may have signed in, in seconds (RFC 9470). */
  maxAge?: number | undefined
  /** Over `revocation.whenStale`. */
  whenStale?: WhenStale | undefined
}

export interface PresentedRequest {
  method: string
  /** The whole URL that the client used. Its query and fragment do not matter. */
  url: string
  /** The scheme of the `Authorization` header, in any case. A token bound to a DPoP key is refused as `Bearer`. */
  scheme?: string | undefined
  /** The `DPoP` header; a list where it came more than once, which is refused. */
  dpop?: string | readonly string[] | undefined
  /** The client's certificate of the TLS connection: DER, PEM, or its SHA-256 thumbprint in base64url. */
  clientCertificate?: Uint8Array | string | undefined
}

/** Each of its parts is frozen: it may be handed out again for the same token. */
export interface VerifiedToken {
  readonly claims: AccessTokenClaims
  readonly header: { readonly typ: string; readonly alg: AlgorithmName; readonly kid: string }
  /** Of `scope`; empty where it has none. */
  readonly scopes: readonly string[]
  /** `unchecked`: it could not be told whether it is revoked, and you chose to accept then. */
  readonly revocation: 'good' | 'unchecked'
  /** What the token is bound to, and the request has proved. */
  readonly binding: TokenBinding | undefined
}

export type TokenBinding =
  | { readonly kind: 'dpop'; readonly jkt: string }
  | { readonly kind: 'mtls'; readonly thumbprint: string }

/** RFC 9068 §2.2 and what Countersign adds. Times are seconds since 1970. */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly nbf?: number
  /** Absent: no rights come of scopes. */
  readonly scope?: string
  readonly grant_id?: string
  readonly sid?: string
  readonly roles?: readonly string[]
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly cnf?: Readonly<Record<string, string>>
  readonly [claim: string]: unknown
}

export interface VerifierHealth {
  /** Whether a good token would be accepted without asking anybody. */
  ready: boolean
  keys: {
    /** Grows by one with each set of keys that differs from the one before. */
    version: number
    /** Seconds since they were confirmed; Infinity before the first. */
    age: number
    kids: string[]
  }
  revocation: RevocationHealth
  /** Tokens whose signature was checked, and that were known already; requests for keys; DPoP proofs forgotten for want of room. */
  counters: Readonly<Record<string, number>>
}

export interface VerifierEvents {
  /** The view of revocations is older than it may be; `age` in seconds. */
  stale: { age: number }
  /** It is fresh again. */
  fresh: { age: number }
  /** There are other keys. */
  keys: { kids: string[]; removed: readonly string[] }
  /** Something in the background failed, and will be tried again. */
  error: { error: unknown; during: 'keys' | 'revocation' }
}
