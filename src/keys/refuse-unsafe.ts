import { CountersignError } from '../protocol/errors.ts'
import type { TimedKey } from '../protocol/key-timeline.ts'
import type { KeyHolder, RotationPlan } from '../protocol/rotation-plan.ts'

export interface Activation {
  /** When the standby is to sign; this and the next in milliseconds since 1970. */
  from: number
  /** When every cache of the JWKS has it. */
  earliest: number
  /** For a key that verifiers need to hold. */
  plan: RotationPlan<TimedKey> | undefined
}

/** Throws `conflict` where somebody may refuse the tokens of the standby, with who and until when. */
export function refuseUnsafe({ from, earliest, plan }: Activation): void {
  if (from < earliest) {
    throw refused('too-early', `Caches of the JWKS may lack the key until ${iso(earliest)}: name no earlier moment, or force it.`)
  }
  if (plan === undefined) return
  if (plan.lacking.length > 0) {
    throw refused('verifiers-lack-key', `${name(plan.lacking)} without the key ${plan.standby.kid}, and would refuse its tokens. ` +
      'Find out why they do not follow the feed, remove those that are gone, or force it.')
  }
  if (from > Math.max(plan.planned, earliest)) {
    throw refused('too-late', `The key takes over at ${iso(plan.planned)} as it is: name an earlier moment.`)
  }
}

const shown = 5

function name(lacking: readonly KeyHolder[]): string {
  const names = lacking.slice(0, shown).map(({ clientId, instance }) => `${clientId} ${instance}`).join(', ')
  const more = lacking.length > shown ? ` and ${lacking.length - shown} more` : ''
  return `${names}${more} ${lacking.length === 1 ? 'is' : 'are'}`
}

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('conflict', { reason: `keys/${rule}`, sentence })
}

const iso = (time: number): string => new Date(time).toISOString()
