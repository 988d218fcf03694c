/** The reach of a revocation as it is read from the API: times in ISO 8601, and what there is nothing to tell of absent. */
export interface ReachDescription {
  seq: number
  revoked_at: string
  verifiers: number
  effective: number
  since?: string
  latency?: { p50: number; p99: number; max: number }
  lagging: Array<{
    client_id: string
    instance: string
    seq?: number
    behind?: number
    acknowledged_at?: string
    effective_at?: string
  }>
}
