import { setTimeout as pause } from 'node:timers/promises'
import type { ReachDescription } from '../admin/reach-description.ts'
import type { AdminCaller } from './admin-caller.ts'
import { CommandError, UsageError, type Invocation } from './command.ts'
import { renderTable, renderTime } from './render-table.ts'

/** The options of commands that can wait until a revocation is effective everywhere. */
export const waitOptions = {
  wait: { description: 'Wait until it is effective at every verifier; exit code 3 when it is not in time' },
  timeout: { description: 'Seconds to wait; 30 when not given', value: 'SECONDS' }
} as const

/** What was asked for has not come about in time. */
const notYet = 3

export interface FollowedReach {
  /** Null once everything that it covered has expired. */
  reach: ReachDescription | null
  text: string
  exitCode: number
}

/** Milliseconds. */
const pollInterval = 200
/** Seconds. */
const defaultTimeout = 30

/** Seconds to wait, 0 without --wait. Throws UsageError. Read before anything is done. */
export function readWait({ isSet, text }: Pick<Invocation, 'isSet' | 'text'>): number {
  const given = text('timeout')
  if (!isSet('wait')) {
    if (given !== undefined) throw new UsageError('--timeout says how long to --wait: add it.')
    return 0
  }
  if (given !== undefined && !/^[1-9][0-9]{0,4}$/.test(given)) throw new UsageError('--timeout is a number of seconds, 1 to 99999.')
  return given === undefined ? defaultTimeout : Number(given)
}

export interface Followed {
  seq: number
  /** Seconds to wait. */
  wait: number
  /** Whether the service has told of it already: what is not alive then has ended. */
  isKnown?: true
}

/** Where it is effective: now or, with a time to wait, as soon as that is everywhere. */
export async function followReach(admin: AdminCaller, { seq, wait, isKnown }: Followed): Promise<FollowedReach> {
  const deadline = performance.now() + wait * 1000
  for (let wasAlive = isKnown === true; ; wasAlive = true) {
    const reach = await admin.get<ReachDescription>(`/admin/revocations/${seq}/reach`).catch((error: CommandError) => {
      if (wasAlive && error.status === 404) return undefined
      throw new CommandError(`Where revocation ${seq} is effective cannot be told: ${error.message}`)
    })
    if (reach === undefined) {
      return { reach: null, text: 'Every token that it covered has expired: there is nothing left to refuse.\n', exitCode: 0 }
    }
    const isEverywhere = reach.lagging.length === 0
    if (isEverywhere || performance.now() >= deadline) {
      return { reach, text: renderReachText(reach), exitCode: isEverywhere || wait === 0 ? 0 : notYet }
    }
    await pause(pollInterval)
  }
}

function renderReachText({ verifiers, effective, since, latency, lagging }: ReachDescription): string {
  if (verifiers === 0) return 'Effective in the service; no verifier follows the feed.\n'
  const fast = latency === undefined ? '' : `, p99 ${latency.p99} ms`
  const counted = `ffective at ${effective} of ${verifiers} verifiers`
  if (since !== undefined) return `E${counted} since ${since}${fast}.\n`
  return `Not yet everywhere: e${counted}${fast}. These lag:\n\n` + renderTable(lagging, [
    ['CLIENT', each => each.client_id], ['INSTANCE', each => each.instance], ['STANDS AT', each => each.seq],
    ['BEHIND', each => each.behind], ['HEARD OF', each => renderTime(each.acknowledged_at ?? null)],
    ['EFFECTIVE BY ITSELF', each => renderTime(each.effective_at ?? null)]
  ])
}
