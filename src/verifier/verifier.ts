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
   * @throws TypeError, which names the option, for what cannot be asked
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
  /** Answers at once. Where no keys are usable, it has them fetched behind its back. */
  health(): VerifierHealth
  /** Returns what takes the listener off again. */
  on<Name extends keyof VerifierEvents>(name: Name, listener: (event: VerifierEvents[Name]) => void): () => void
  /** Ends everything that runs in the background. Idempotent; `verify` refuses from then on. */
  close(): Promise<void>
}

/** Each TypeError rejects the one call, whatever the token; the codes are those of a VerifierError. */
export interface VerifyOptions {
  /**
   * The request the token came with: needed for tokens that are bound to a key or a certificate, which are `binding_missing` without it,
   * and `binding_invalid` where it does not fit. What is no object is a TypeError. @default none
   */
  request?: PresentedRequest | undefined
  /**
   * Scopes that the token must have, all of them: a list, or names with spaces between; otherwise `insufficient_scope`. What is
   * neither is a TypeError. @default none
   */
  scope?: string | readonly string[] | undefined
  /**
   * Authentication contexts of which the user's sign-in must be one (RFC 9470); otherwise `insufficient_user_authentication`. What is
   * no list of texts is a TypeError. @default any
   */
  acrValues?: readonly string[] | undefined
  /**
   * How long ago the user may have signed in, in seconds (RFC 9470); otherwise `insufficient_user_authentication`. What is no number,
   * or less than 0, is a TypeError. @default any time
   */
  maxAge?: number | undefined
  /** `lookup`, `reject` (`revocation_unavailable`) or `accept`; anything else is a TypeError. @default `revocation.whenStale` */
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
  /**
   * Whether there are keys to go by and, in the mode `feed`, a fresh view of revocations. In the modes `lookup` and `status-list`
   * requests alone tell whether the service answers: `revocation.fresh` has what the last of them found.
   */
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
  /** Revocations are not known as they ought to be any more: the view is too old, or nobody answers. `age` in seconds. */
  stale: { age: number }
  /** They are again. */
  fresh: { age: number }
  /** There are other keys. */
  keys: { kids: string[]; removed: readonly string[] }
  /** Something in the background failed, and will be tried again. */
  error: { error: unknown; during: 'keys' | 'revocation' }
}
