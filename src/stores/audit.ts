/** A security event. Events are written inside the statement of the act they tell of; here they are read. */
export interface AuditEvent {
  id: number
  at: Date
  kind: string
  actor: string
  subject: string
  details: Record<string, unknown>
}

export interface AuditStore {
  /** Newest first. */
  list(page: { limit: number; subject?: string | undefined }): Promise<AuditEvent[]>
  /** Records an event that changes nothing else, such as a refused replay. */
  record(event: { kind: string; actor: string; subject: string; details: Record<string, string | number> }): Promise<void>
  /** Deletes what no longer has a use: ended sessions and grants, old events. Returns how many rows. */
  prune(olderThan: { auditDays: number }): Promise<number>
}
