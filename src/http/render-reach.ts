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
