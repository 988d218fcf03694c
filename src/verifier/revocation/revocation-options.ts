import type { WhenStale } from './revocation-checker.ts'

/** How a verifier learns of revocations. Each TypeError is one of `createVerifier`, at once, and names the option. */
export type RevocationOptions = FeedOptions | StatusListOptions | LookupOptions | NoRevocationOptions

/** Follows the issuer's feed: every revocation is known within a second, without a call per request. */
export interface FeedOptions extends ServiceClient, LookupTiming {
  mode: 'feed'
  /**
   * The age of the view, in seconds, 2 to 3600, up to which it is used as it is. The service confirms it each second, so that it is
   * up to 1.5 s old at any time; where it cannot, or cannot be reached, the view grows older. Beyond the range is a TypeError.
   * @default 5
   */
  maxStaleness?: number
  /**
   * What to do with a token when the view is older: ask the service about it (`lookup`), refuse it with
   * `revocation_unavailable` (`reject`), or accept it and say `unchecked` (`accept`). What the view knows to be revoked is
   * refused in any case. Anything else is a TypeError. @default 'lookup'
   */
  whenStale?: WhenStale
  /**
   * The name of this process among those of its client, 1 to 100 characters of `A-Z a-z 0-9 . _ : -`; anything else is a TypeError.
   * The service counts it as lagging while it is silent; give it a name that a restart keeps, such as the host's, under
   * `accept`, where silence never ends by itself.
   * @default a random one per verifier
   */
  instance?: string
  /**
   * How news arrive: by a stream of events, by long polling, or by whichever works: `auto` changes to polling for five minutes
   * when something on the way has held back two streams in a row. Anything else is a TypeError. @default 'auto'
   */
  transport?: 'auto' | 'stream' | 'poll'
}

/** Reads the list that the token's `status` names (Token Status List), for APIs that are registered so. */
export interface StatusListOptions extends Partial<ServiceClient>, LookupTiming {
  mode: 'status-list'
  /**
   * The age of a list, in seconds, 1 to 86400, up to which it is used when it cannot be fetched again. Otherwise it is fetched
   * when it is older than its own `ttl`, or than this where this is less. Beyond the range is a TypeError. @default 300
   */
  maxStaleness?: number
  /**
   * What to do with a token whose list is older or cannot be had, or which names no list. `lookup` needs `clientId` and
   * `clientSecret`: without them it is a TypeError, like anything else. A token whose list is there and faulty is refused in any
   * case, with `revocation_unavailable`.
   * @default 'lookup' with a client, otherwise 'reject'
   */
  whenStale?: WhenStale
}

/** Asks the issuer for every token, in batches, and keeps the answers for a moment. */
export interface LookupOptions extends ServiceClient, LookupTiming {
  mode: 'lookup'
  /**
   * What to do with a token that could not be asked about: refuse it with `revocation_unavailable`, or accept it and say
   * `unchecked`. There is nobody else to ask, so `lookup` is a TypeError, like anything else. @default 'reject'
   */
  whenStale?: 'reject' | 'accept'
}

/** How the service is asked about single tokens, in the mode `lookup` and where `whenStale` says so. */
export interface LookupTiming {
  /**
   * How long "not revoked" is believed, in seconds from the question, 0 to 60; beyond is a TypeError. "Revoked" is believed for
   * good. @default 1
   */
  lookupCache?: number
  /**
   * How long to wait for an answer, in seconds, 0.1 to 60; beyond is a TypeError. A token without one is refused with
   * `revocation_unavailable`, or what `whenStale` says. @default 2
   */
  lookupTimeout?: number
}

/** Revocations are not checked: a token lives until it expires, and results say `unchecked`. */
export interface NoRevocationOptions {
  mode: 'none'
}

/** A client of the issuer with the grant `client_credentials` and the scope `revocations:read`. */
export interface ServiceClient {
  /** Its `client_id`; an empty text, or none, is a TypeError. */
  clientId: string
  /** Its secret; an empty text, or none, is a TypeError. A wrong one is told by the event `error`, and nothing is known. */
  clientSecret: string
  /**
   * Where the service is reached, when that is not under the issuer's URL: inside a cluster, say. `https:`, or `http:` on a
   * loopback address, without user, query and fragment; anything else is a TypeError. @default the issuer
   */
  serviceUrl?: string
}
