import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { Metrics } from './ports/metrics.ts'

/** The metrics, for Prometheus. Names and meanings: docs/operations.md. */

const counters: Record<string, { help: string; labels: string[] }> = {
  countersign_tokens_issued_total: { help: 'Access tokens issued at the token endpoint, by grant type', labels: ['grant_type'] },
  countersign_sign_ins_total: { help: 'First-party sign-ins, by outcome', labels: ['outcome'] },
  countersign_refresh_late_total: { help: 'Refresh tokens answered with their existing successor', labels: [] },
  countersign_refresh_replays_total: { help: 'Replayed refresh tokens; each has ended a grant', labels: [] },
  countersign_revocations_total: { help: 'Revocations, by target', labels: ['target'] },
  countersign_logout_notices_total: { help: 'Attempts to deliver a logout token, by outcome', labels: ['outcome'] },
  countersign_canary_failures_total: { help: 'Measurements by a revoked token that did not get through in time', labels: [] },
  countersign_refusals_total: { help: 'Refused requests, by error code', labels: ['code'] }
}

const histograms: Record<string, { help: string; labels: string[]; buckets: number[] }> = {
  countersign_password_hash_seconds: {
    help: 'Time to hash or verify a password, queueing aside', labels: ['algorithm'], buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.5]
  },
  countersign_revocation_propagation_seconds: {
    help: 'From a measured revocation to the last acknowledgement', labels: [], buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  }
}

export interface MetricsRegistry extends Metrics {
  /** In the Prometheus text format. */
  render(): Promise<{ body: string; contentType: string }>
}

export function createMetrics(): MetricsRegistry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const byName = new Map(Object.entries(counters).map(([name, { help, labels }]) =>
    [name, new Counter({ name, help, labelNames: labels, registers: [registry] })]))
  const timings = new Map(Object.entries(histograms).map(([name, { help, labels, buckets }]) =>
    [name, new Histogram({ name, help, labelNames: labels, buckets, registers: [registry] })]))
  return {
    count: (name, labels = {}) => byName.get(name)?.inc(labels),
    observe: (name, seconds, labels = {}) => timings.get(name)?.observe(labels, seconds),
    render: async () => ({ body: await registry.metrics(), contentType: registry.contentType })
  }
}
