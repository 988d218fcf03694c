/** Pairwise subjects: a user's random name in each sector, kept for good so that it is never given to another. */
export interface SubjectStore {
  /** Atomic: the subject of the user in that sector, which is the candidate when there was none. */
  assign(userId: string, sector: string, candidate: string): Promise<string>
}
