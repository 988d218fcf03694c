import { reachMargin, silentAfter } from './limits.ts'
import type { WhenStale } from './verifier-rule.ts'

/**
 * Where a revocation is effective: at which of the known verifiers no token that it covers is accepted any more. Pure; all
 * times are the database's, so that no two clocks are compared.
 *
 * A verifier is effective from its first acknowledgement of the revocation, or of a later one. Under `lookup` and `reject` it is
 * effective without a word once its own bound on staleness has passed: a fresh view proves that everything before was applied, and
 * with a stale one it accepts nothing by itself. One that has not said its rule may accept. A verifier that came after the
 * revocation began with a snapshot that has it, but counts only when it has acknowledged; it moves neither `since` nor the latency,
 * for it was not there to be late.
 */
export interface WatchedVerifier {
  clientId: string
  instance: string
  /** Seconds. */
  maxStaleness: number | undefined
  whenStale: WhenStale | undefined
  subscribedAt: Date
  acknowledgedAt: Date | undefined
  /** The highest sequence it has acknowledged. */
  seq: number | undefined
  /** When it first acknowledged the revocation or a later one; not exact where an earlier time may have been forgotten. */
  reached: { at: Date; isExact: boolean } | undefined
}

export interface Revocation {
  seq: number
  revokedAt: Date
}

export interface Reach extends Revocation {
  /** How many are known, and at how many of them it is effective. */
  verifiers: number
  effective: number
  /** From when it has been effective at all of them; undefined while it is not. */
  since: Date | undefined
  /** Milliseconds from the revocation to the acknowledgement; undefined when nobody has acknowledged in sight of it. */
  latency: Latency | undefined
  lagging: Laggard[]
}

export interface Latency {
  p50: number
  p99: number
  max: number
}

export interface Laggard {
  clientId: string
  instance: string
  /** Undefined until it has acknowledged anything; so are the next two. */
  seq: number | undefined
  /** How many revocations it lacks. */
  behind: number | undefined
  acknowledgedAt: Date | undefined
  /** When its own rule makes the revocation effective without a word; undefined where it has none that does. */
  effectiveAt: Date | undefined
}

export function judgeReach(revocation: Revocation, verifiers: readonly WatchedVerifier[], now: Date): Reach {
  const isLate = (verifier: WatchedVerifier): boolean => verifier.subscribedAt > revocation.revokedAt
  const times = verifiers.map(verifier => effectiveFrom(verifier, revocation, now))
  const lagging = verifiers.filter((_, at) => times[at] === undefined)
  const moments = times.flatMap((time, at) => time === undefined || isLate(verifiers[at]!) ? [] : [time.getTime()])
  return {
    ...revocation,
    verifiers: verifiers.length,
    effective: verifiers.length - lagging.length,
    since: lagging.length > 0 ? undefined : new Date(moments.reduce((a, b) => Math.max(a, b), revocation.revokedAt.getTime())),
    latency: summarise(verifiers.flatMap(verifier =>
      verifier.reached?.isExact && !isLate(verifier) ? [verifier.reached.at.getTime() - revocation.revokedAt.getTime()] : [])),
    lagging: lagging.map(verifier => toLaggard(verifier, revocation))
  }
}

/** Whether nothing has been heard of the verifier for longer than its acknowledgements are apart. */
export function isSilent(verifier: Heard, now: Date): boolean {
  return now.getTime() - heardAt(verifier) > silentAfter * 1000
}

type Heard = Pick<WatchedVerifier, 'subscribedAt' | 'acknowledgedAt'>

function heardAt({ subscribedAt, acknowledgedAt }: Heard): number {
  return Math.max(subscribedAt.getTime(), acknowledgedAt?.getTime() ?? 0)
}

/** How a verifier stands, now and beside the newest revocation. */
export type VerifierState = 'effective' | 'lagging' | 'silent'

export function stateOf(verifier: Pick<WatchedVerifier, 'subscribedAt' | 'acknowledgedAt' | 'seq'>, head: number, now: Date): VerifierState {
  if (isSilent(verifier, now)) return 'silent'
  return verifier.seq !== undefined && verifier.seq >= head ? 'effective' : 'lagging'
}

/** What verifiers are seen beside. */
export interface Sight {
  head: number
  /** The newest one alive. */
  revocation: Revocation | undefined
  now: Date
}

/**
 * Whether an operator has to reckon with a verifier that does not know the newest revocation. A silent one counts until its own
 * bound on staleness has passed under `lookup` or `reject`, both since it was last heard and since the revocation, and otherwise until
 * somebody removes it: what it acknowledged before it fell silent says nothing of the next.
 */
export function countsAsLagging(verifier: WatchedVerifier, { head, revocation, now }: Sight): boolean {
  const state = stateOf(verifier, head, now)
  if (state !== 'silent') return state === 'lagging'
  const silentSince = new Date(Math.max(heardAt(verifier), revocation?.revokedAt.getTime() ?? 0))
  const end = effectiveByRule(verifier, silentSince)
  return end === undefined || end >= now
}

/** The earlier of its acknowledgement and, once that is over, its own bound. */
function effectiveFrom(verifier: WatchedVerifier, { revokedAt }: Revocation, now: Date): Date | undefined {
  const byRule = effectiveByRule(verifier, revokedAt)
  const passed = byRule !== undefined && byRule < now ? byRule : undefined
  const { reached } = verifier
  if (reached === undefined || passed === undefined) return reached?.at ?? passed
  return reached.at < passed ? reached.at : passed
}

function effectiveByRule({ whenStale, maxStaleness }: WatchedVerifier, revokedAt: Date): Date | undefined {
  if ((whenStale !== 'lookup' && whenStale !== 'reject') || maxStaleness === undefined) return undefined
  return new Date(revokedAt.getTime() + (maxStaleness + reachMargin) * 1000)
}

function toLaggard(verifier: WatchedVerifier, { seq, revokedAt }: Revocation): Laggard {
  return {
    clientId: verifier.clientId,
    instance: verifier.instance,
    seq: verifier.seq,
    behind: verifier.seq === undefined ? undefined : seq - verifier.seq,
    acknowledgedAt: verifier.acknowledgedAt,
    effectiveAt: effectiveByRule(verifier, revokedAt)
  }
}

/** By the nearest rank; the times are whole milliseconds. */
function summarise(latencies: number[]): Latency | undefined {
  if (latencies.length === 0) return undefined
  const sorted = latencies.map(each => Math.max(0, each)).sort((a, b) => a - b)
  const percentile = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!
  return { p50: percentile(0.5), p99: percentile(0.99), max: sorted.at(-1)! }
}
