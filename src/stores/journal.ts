/** What a revocation is about. */
export type TargetKind = 'token' | 'grant' | 'session' | 'user' | 'client' | 'key' | 'issuer'

/** One line of the journal. */
export interface JournalEntry {
  /** Gap-free, in commit order, from 1. */
  seq: number
  target: TargetKind
  /** `jti`, grant id, `sid`, `sub`, `client_id`, `kid`, or empty for the issuer. */
  value: string
  /** For user, client and issuer: what has a smaller number is dead. Absent: everything under the value is dead. */
  cutoff: number | undefined
  reason: string
  createdAt: Date
  /** After this, no token that the entry covers can be alive. */
  endsAt: Date
  /** The running hash, which tells a restored journal from the one that was followed. */
  hash: Buffer
}

export interface JournalHead {
  seq: number
  hash: Buffer
}

export interface JournalStore {
  head(): Promise<JournalHead>
  /** Live entries with a sequence above `after.seq`, in order; 'unknown' when (seq, hash) is not of this journal. */
  readAfter(after: JournalHead, limit: number): Promise<JournalEntry[] | 'unknown'>
  /** Every live entry in order, page by page, and the head they stand for. Whoever has read them all asks `readAfter` about
   * that head: where it says 'unknown', the journal was restored in between and the pages are of two. */
  snapshot(): Promise<{ head: JournalHead; pages: AsyncIterable<JournalEntry[]> }>
  /** Ends one token. Idempotent: a second call returns the first entry. */
  revokeToken(jti: string, act: { reason: string; actor: string }): Promise<JournalEntry>
  /** Ends every grant and token there is. */
  revokeIssuer(act: { reason: string; actor: string }): Promise<JournalEntry>
  /** Deletes entries past their end; returns how many. */
  prune(): Promise<number>
}
