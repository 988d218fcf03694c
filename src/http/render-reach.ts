import type { Laggard, Reach } from '../protocol/reach.ts'

/** What there is nothing to tell of is left out. */
export function renderReach({ seq, revokedAt, verifiers, effective, since, latency, lagging }: Reach) {
  return {
    seq, revoked_at: revokedAt, verifiers, effective,
    ...(since && { since }),
    ...(latency && { latency }),
    lagging: lagging.map(renderLaggard)
  }
}

function renderLaggard({ clientId, instance, seq, behind, acknowledgedAt, effectiveAt }: Laggard) {
  return {
    client_id: clientId, instance,
    ...(seq !== undefined && { seq, behind }),
    ...(acknowledgedAt && { acknowledged_at: acknowledgedAt }),
    ...(effectiveAt && { effective_at: effectiveAt })
  }
}

/** As it is read from JSON: times in ISO 8601. */
export interface RenderedReach {
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
