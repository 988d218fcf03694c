import type { WhenStale } from './revocation-checker.ts'

/** How a verifier learns of revocations. */
export type RevocationOptions = FeedOptions | StatusListOptions | LookupOptions | NoRevocationOptions

/** Follows the issuer's feed: every revocation is known within a second, without a call per request. */
export interface FeedOptions extends ServiceClient, StalenessOptions {
  mode: 'feed'
  /**
   * The name of this process among those of its client, 1 to 100 characters of `A-Z a-z 0-9 . _ : -`.
   * @default a random one per verifier
   */
  instance?: string
}

/** Reads the list that the token's `status` names. */
export interface StatusListOptions extends Partial<ServiceClient>, StalenessOptions {
  mode: 'status-list'
}

/** Asks the issuer for every token, in batches, and keeps the answers for a moment. */
export interface LookupOptions extends ServiceClient {
  mode: 'lookup'
  /** What to do with a token that could not be asked about: `reject` or `accept`. @default 'reject' */
  whenStale?: WhenStale
}

/** Revocations are not checked: a token lives until it expires, and results say `unchecked`. */
export interface NoRevocationOptions {
  mode: 'none'
}

/** A client of the issuer with the grant `client_credentials` and the scope `revocations:read`. */
export interface ServiceClient {
  clientId: string
  clientSecret: string
}

export interface StalenessOptions {
  /** The age of the view, in seconds, up to which it is used as it is. @default 5 */
  maxStaleness?: number
  /** What to do with a token when the view is older: ask (`lookup`), refuse with 503, or accept and say so. @default 'lookup' */
  whenStale?: WhenStale
}
