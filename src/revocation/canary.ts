import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import { isSilent } from '../protocol/reach.ts'
import type { StateStore } from '../stores/state.ts'
import type { Verifier, VerifiersView, VerifierStore } from '../stores/verifiers.ts'
import type { Revoker } from './revoke.ts'

/**
 * Measures how fast a revocation spreads, by making one: each minute one instance mints a token that opens nothing, revokes it
 * the ordinary way, and waits until every verifier that is not silent has acknowledged and the service itself refuses it. So
 * a feed that has stopped to flow is noticed within a minute, and not by the first revocation that matters.
 */
export interface Canary {
  start(): void
  stop(): Promise<void>
  /** One measurement, if it is this instance's turn. Rejects when the database is away. */
  run(): Promise<void>
}

export interface CanaryOptions {
  /** A token of the service's own. */
  mint(): Promise<{ token: string; jti: string }>
  isRevoked(token: string): Promise<boolean>
  revoker: Pick<Revoker, 'revoke'>
  verifiers: Pick<VerifierStore, 'look'>
  state: Pick<StateStore, 'beginCanary'>
  clock: Clock
  metrics: Metrics
  log: Log
  /** Milliseconds. */
  pause?: (time: number) => Promise<unknown>
}

/** Seconds: how often an instance asks whether it is its turn, and how long ago the last one must have begun. */
const turnInterval = 10
const minAge = 55
/** Seconds after which a measurement has failed. */
const patience = 10
/** Milliseconds. */
const lookInterval = 50

export function createCanary(options: CanaryOptions): Canary {
  const { state, log } = options
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isStopped = false

  async function run(): Promise<void> {
    if (await state.beginCanary(minAge)) await measure(options, () => isStopped)
  }

  return {
    run,
    start() {
      timer ??= setInterval(() => {
        // That the database is away is said elsewhere, and counted where a measurement had begun.
        running ??= run().catch((error: unknown) => log.debug({ err: error }, 'nothing could be measured'))
          .finally(() => { running = undefined })
      }, turnInterval * 1000).unref()
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
    }
  }
}

async function measure(options: CanaryOptions, isStopped: () => boolean): Promise<void> {
  const { metrics, log } = options
  try {
    const outcome = await spread(options, isStopped)
    if (outcome === undefined) return
    if (outcome.lagging.length === 0 && outcome.isRefused) {
      return metrics.observe('countersign_revocation_propagation_seconds', outcome.seconds)
    }
    const lagging = outcome.lagging.map(({ clientId, instance, seq }) => ({ clientId, instance, seq }))
    log.warn({ seq: outcome.seq, lagging, isRefused: outcome.isRefused }, `a revocation did not get through within ${patience} s`)
  } catch (error) {
    log.warn({ err: error }, 'the measurement of how revocations spread has failed')
  }
  metrics.count('countersign_canary_failures_total')
}

interface Outcome {
  seq: number
  /** From the revocation to the last acknowledgement or, where nobody is to acknowledge, to the service's own refusal. */
  seconds: number
  lagging: Verifier[]
  isRefused: boolean
}

/** Revokes a token and looks until everybody knows, or it has taken too long; undefined when the instance stops meanwhile. */
async function spread(options: CanaryOptions, isStopped: () => boolean): Promise<Outcome | undefined> {
  const { mint, isRevoked, revoker, verifiers, clock, pause = (time: number) => wait(time, undefined, { ref: false }) } = options
  const { token, jti } = await mint()
  const startedAt = clock.monotonic()
  const elapsed = (): number => (clock.monotonic() - startedAt) / 1000
  const seq = await revoker.revoke('token', jti, { reason: 'canary', actor: 'countersign' })
  for (let own: number | undefined; !isStopped(); await pause(lookInterval)) {
    if (own === undefined && await isRevoked(token)) own = elapsed()
    const view = await verifiers.look(seq)
    const lagging = awaited(view).filter(({ reached }) => reached === undefined)
    const isDone = own !== undefined && lagging.length === 0
    if (isDone || elapsed() > patience) return { seq, lagging, isRefused: own !== undefined, seconds: slowest(view) ?? own ?? elapsed() }
  }
  return undefined
}

/** Who came later began with a snapshot that has the entry, and who is silent is an operator's to look after. */
function awaited({ verifiers, revocation, now }: VerifiersView): Verifier[] {
  return verifiers.filter(verifier => verifier.subscribedAt <= revocation!.revokedAt && !isSilent(verifier, now))
}

function slowest(view: VerifiersView): number | undefined {
  const times = awaited(view).flatMap(({ reached }) => reached?.at.getTime() ?? [])
  return times.length === 0 ? undefined : Math.max(0, ...times.map(time => time - view.revocation!.revokedAt.getTime())) / 1000
}
