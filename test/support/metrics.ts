import type { Metrics } from '../../src/ports/metrics.ts'

export interface Measurement {
  name: string
  seconds?: number
  labels: Record<string, string>
}

/** Metrics that are kept one by one. */
export function createTestMetrics(): Metrics & { taken: Measurement[] } {
  const taken: Measurement[] = []
  return {
    taken,
    count: (name, labels = {}) => void taken.push({ name, labels }),
    observe: (name, seconds, labels = {}) => void taken.push({ name, seconds, labels })
  }
}
