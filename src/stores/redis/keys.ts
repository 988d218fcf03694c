/**
 * Every name that Countersign uses in Redis, in one place. What belongs together shares a hash tag, so that
 * one script may touch all of it in a cluster too. Each key has a time to live; docs/storage.md lists them.
 */
export interface RedisKeys {
  /** The highest announced sequence: a number. */
  revocationHead: string
  /** Live entries, a sorted set: JSON, scored by sequence. */
  revocationEntries: string
  /** When they end, a sorted set: sequences, scored by milliseconds since 1970. */
  revocationEnds: string
  /** The channel on which a raised head is published. */
  revocationChannel: string
  /** One limiter's window: a number. Lives as long as the window. */
  counter(name: string): string
  /** What waits for a person or a client: a text. Lives for minutes at most. */
  pending(name: string): string
}

/**
 * Seconds for which the revocation list outlives its last announcement; it is rebuilt from the journal when
 * it is gone.
 */
export const revocationListLifetime = 86_400

export function redisKeys(prefix = 'countersign:'): RedisKeys {
  return {
    revocationHead: `${prefix}{revocations}:head`,
    revocationEntries: `${prefix}{revocations}:entries`,
    revocationEnds: `${prefix}{revocations}:ends`,
    revocationChannel: `${prefix}{revocations}:changes`,
    counter: name => `${prefix}counter:${name}`,
    pending: name => `${prefix}pending:${name}`
  }
}
